import type { Command, Item } from '@fumarole/syncml';

/** What became of one Item of a command (or of a container); the session turns it into Status and Results. */
export interface CommandOutcome {
  readonly cmdID: string;
  /** Name of the command as a Status carries it. */
  readonly cmd: string;
  readonly code: number;
  readonly targetRef?: string;
  readonly sourceRef?: string;
  /** Items of the Status: answers of the user, or the implicit parent that could not be made (tree §5.4). */
  readonly items?: readonly Item[];
  /** Items of the Results that follow the Status. */
  readonly results?: readonly Item[];
}

/** 215 for every Item of a command and of all it holds: what follows a user's refusal, or a failure in an Atomic (tree §5.5). */
export function notExecuted(command: Command): readonly CommandOutcome[] {
  if (command.kind === 'Status' || command.kind === 'Results') return [];
  const cmd = command.kind === 'Unsupported' ? command.name : command.kind;
  const own: CommandOutcome = { cmdID: command.CmdID, cmd, code: 215 };
  if ('commands' in command) return [own, ...command.commands.flatMap(notExecuted)];
  if (!('items' in command) || command.kind === 'Alert') return [own];
  return command.items.map((item) => ({
    ...own,
    ...(item.Target === undefined ? {} : { targetRef: item.Target.LocURI }),
    ...(item.Source === undefined ? {} : { sourceRef: item.Source.LocURI }),
  }));
}
