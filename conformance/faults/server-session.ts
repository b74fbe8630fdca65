import type { Fault } from './fault.ts';

const SESSION = 'packages/dm/src/session';
const tests = [`${SESSION}/server-messages.test.ts`];

/** The server in its messages, numbers and Statuses. */
export const SERVER_SESSION: readonly Fault[] = [
  {
    id: 'server-status-skipped',
    file: `${SESSION}/server-commands.ts`,
    find: 'owe(work, command, 200);',
    replace: '',
    breaks: ['P-006'],
    tests,
  },
  {
    id: 'server-unknown-alert-taken',
    file: `${SESSION}/server-commands.ts`,
    find: 'owe(work, alert, 406);',
    replace: 'owe(work, alert, 200);',
    breaks: ['P-043', 'R-025'],
    tests: [`${SESSION}/server-alerts.test.ts`],
  },
  {
    id: 'server-retry-by-number-alone',
    file: `${SESSION}/server-order.ts`,
    find: 'received.sha256 === incoming.bodySha256 &&',
    replace: '',
    breaks: ['P-016'],
    tests,
  },
  {
    id: 'server-opening-after-the-end-is-a-retry',
    file: `${SESSION}/server-order.ts`,
    find: "(state !== 'closed' || MsgID !== 1)",
    replace: 'true',
    breaks: ['P-018', 'I-011'],
    tests,
  },
  {
    id: 'server-takes-gaps',
    file: `${SESSION}/server-step.ts`,
    find: 'hdr.MsgID !== own.received.msgID + 1',
    replace: 'hdr.MsgID <= own.received.msgID',
    breaks: ['P-025'],
    tests,
  },
];
