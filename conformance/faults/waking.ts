import type { Fault } from './fault.ts';

const NOTIFICATION = 'packages/dm/src/notification';
const trigger = [`${NOTIFICATION}/trigger.test.ts`];

/** Package 0. */
export const WAKING: readonly Fault[] = [
  {
    id: 'trigger-of-another-version',
    file: `${NOTIFICATION}/trigger.ts`,
    find: 'const header = Uint8Array.of(VERSION_11 >> 2,',
    replace: 'const header = Uint8Array.of(VERSION_11,',
    breaks: ['N-001', 'N-003'],
    tests: trigger,
  },
  {
    id: 'trigger-of-nobody',
    file: `${NOTIFICATION}/trigger.ts`,
    find: "(initiator === 'server' ? 8 : 0);",
    replace: '0;',
    breaks: ['N-005'],
    tests: trigger,
  },
  {
    id: 'any-trigger-version',
    file: `${NOTIFICATION}/trigger.ts`,
    find: '(version === VERSION_10 && options.acceptVersion10 === true);',
    replace: 'version === VERSION_10;',
    breaks: ['N-006'],
    tests: trigger,
  },
  {
    id: 'session-id-zero',
    file: `${NOTIFICATION}/trigger.ts`,
    find: 'if (!known || sessionId === 0 || serverId === undefined) return undefined;',
    replace: 'if (!known || serverId === undefined) return undefined;',
    breaks: ['N-007'],
    tests: trigger,
  },
  {
    id: 'resync-nonce-of-one-form',
    file: `${NOTIFICATION}/trigger.ts`,
    find: "return matches(RESYNC_NONCES.ascii) ? 'resync-ascii' : undefined;",
    replace: 'return undefined;',
    breaks: ['N-027'],
    tests: trigger,
  },
  {
    id: 'vendor-body-uncovered',
    file: `${NOTIFICATION}/trigger.ts`,
    find: 'triggerOctets: octets.slice(DIGEST_OCTETS),',
    replace: 'triggerOctets: octets.slice(DIGEST_OCTETS, bodyAt),',
    breaks: ['N-009'],
    tests: trigger,
  },
];
