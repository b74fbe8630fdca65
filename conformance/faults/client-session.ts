import type { Fault } from './fault.ts';

const SESSION = 'packages/dm/src/session';
const tests = [`${SESSION}/client.test.ts`];

/** The client in its messages. */
export const CLIENT_SESSION: readonly Fault[] = [
  {
    id: 'client-takes-any-version',
    file: `${SESSION}/client-receive.ts`,
    find: " || VerDTD !== '1.2' || VerProto !== 'DM/1.2'",
    replace: '',
    breaks: ['P-023'],
    tests,
  },
  {
    id: 'client-answers-the-end',
    file: `${SESSION}/client-receive.ts`,
    find: 'const needed = reading.commands ||',
    replace: 'const needed = reading.trusted || reading.commands ||',
    breaks: ['P-007', 'P-008'],
    tests,
  },
];
