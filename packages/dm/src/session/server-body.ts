import { refuseAll, takeCommand } from './server-commands.ts';
import { takeResults } from './server-results.ts';
import { takeStatus } from './server-status.ts';
import type { ServerWork } from './server-work.ts';
import type { Verdict } from './verify-client.ts';

/** Takes the commands of a message in their order; of a stranger only what it says of us (§6.4). */
export function takeBody(work: ServerWork, verdict: Verdict): void {
  const bad = work.end === 'bad-message';
  for (const command of work.message.body) {
    if (command.kind === 'Status') {
      takeStatus(work, command);
    } else if (!work.accepted || bad) {
      refuseAll(work, command, bad ? 400 : verdict.code);
    } else if (command.kind === 'Results') {
      takeResults(work, command);
    } else {
      takeCommand(work, command);
    }
  }
  if (work.denied !== undefined) {
    takeBackDenied(work, work.denied);
  }
}

/** The client executed nothing of the message whose credential it refused (P-089). */
function takeBackDenied(work: ServerWork, denied: { readonly msgRef: number; readonly code: number }): void {
  const { session } = work;
  for (const row of session.outstanding) {
    if (row.msgRef === denied.msgRef && row.state === 'open') {
      work.events.push({ kind: 'not-executed', key: row.key, code: denied.code });
    }
  }
  session.outstanding = session.outstanding.filter((row) => row.msgRef !== denied.msgRef);
  if (session.sending?.msgRef === denied.msgRef) {
    work.events.push({ kind: 'not-executed', key: session.sending.key, code: denied.code });
    delete session.sending;
  }
}
