import type { Fault } from './fault.ts';

const SESSION = 'packages/dm/src/session';
const serverTests = [`${SESSION}/server-auth.test.ts`];
const clientTests = [`${SESSION}/client.test.ts`];

/** Credentials, challenges and nonces on both sides. */
export const AUTHENTICATION: readonly Fault[] = [
  {
    id: 'server-missing-is-wrong',
    file: `${SESSION}/verify-client.ts`,
    find: "code: failure === 'missing' ? 407 : 401,",
    replace: 'code: 401,',
    breaks: ['P-081', 'I-006'],
    tests: serverTests,
  },
  {
    id: 'server-challenges-with-one-nonce',
    file: `${SESSION}/verify-client.ts`,
    find: "const nonce = scheme === 'basic' ? undefined : makeNonceText(ports.random);",
    replace:
      "const nonce = scheme === 'basic' ? undefined : (auth.challenge ?? makeNonceText(ports.random));",
    breaks: ['P-082'],
    tests: serverTests,
  },
  {
    id: 'server-forgets-next-nonce',
    file: `${SESSION}/verify-client.ts`,
    find: 'account: consume(passOver(account, used, stale), used, nonce),',
    replace: 'account,',
    breaks: ['P-084'],
    tests: serverTests,
  },
  {
    id: 'server-takes-used-nonce',
    file: `${SESSION}/verify-client.ts`,
    find: "const again = used.text === '' || used.text === previousNonce || used.resync !== undefined;",
    replace: 'const again = false;',
    breaks: ['P-092'],
    tests: serverTests,
  },
  {
    id: 'client-obeys-strangers',
    file: `${SESSION}/client-receive.ts`,
    find: "trusted: verdict.kind === 'accepted',",
    replace: 'trusted: true,',
    breaks: ['P-090'],
    tests: clientTests,
  },
];
