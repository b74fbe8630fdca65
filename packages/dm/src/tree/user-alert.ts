import type { Alert, Item } from '@fumarole/syncml';
import type { CommandOutcome } from './outcome.ts';
import type { UserInteraction } from './plugin.ts';

const INTERACTIONS = ['1100', '1101', '1102', '1103', '1104'];
const CONFIRM = '1101';

/** Asks the user (protocol §5); without one, or on any other alert of a server, 406. */
export async function executeAlert(alert: Alert, ui: UserInteraction | undefined): Promise<CommandOutcome> {
  const code = alert.Data?.trim() ?? '';
  const base = { cmdID: alert.CmdID, cmd: 'Alert' };
  if (ui === undefined || !INTERACTIONS.includes(code)) return { ...base, code: 406 };
  const answer = await ui.interact(alert);
  const items = (answer.answers ?? []).map((Data): Item => ({ Data }));
  return { ...base, code: answer.code, ...(items.length === 0 ? {} : { items }) };
}

/** Did the user stop what follows? No, cancel, or no reaction to a question: silence is never consent (protocol §5). */
export function isUserRefusal(alert: Alert, code: number): boolean {
  return code === 214 || code === 304 || (code === 408 && alert.Data?.trim() === CONFIRM);
}
