/** What scripts ask of a message that they heard. */
import type { Alert, Command, Meta, Results, Status, SyncMLMessage } from '@fumarole/syncml';

export function headerStatus(message: SyncMLMessage): Status | undefined {
  return statuses(message).find(isOfHeader);
}

export function isOfHeader({ CmdRef, Cmd }: Status): boolean {
  return CmdRef === '0' || (Cmd === 'SyncHdr' && CmdRef === '');
}

export function headerCode(message: SyncMLMessage): number | undefined {
  return headerStatus(message)?.Data;
}

export function statuses(message: SyncMLMessage): readonly Status[] {
  return message.body.filter((command) => command.kind === 'Status');
}

/** Statuses for one command of one message. */
export function statusesOf(message: SyncMLMessage, msgRef: number, cmdRef: string): readonly Status[] {
  return statuses(message).filter(
    (one) => one.MsgRef === msgRef && one.CmdRef === cmdRef && !isOfHeader(one),
  );
}

export function resultsOf(message: SyncMLMessage, msgRef: number, cmdRef: string): readonly Results[] {
  return message.body.filter(
    (command) => command.kind === 'Results' && command.MsgRef === msgRef && command.CmdRef === cmdRef,
  ) as readonly Results[];
}

/** The challenge of the SyncHdr Status. */
export function challengeOf(message: SyncMLMessage): Meta | undefined {
  return headerStatus(message)?.Chal?.Meta;
}

/** What wants an answer: neither Status nor Results. */
export function asked(message: SyncMLMessage): readonly Command[] {
  return message.body.filter(({ kind }) => kind !== 'Status' && kind !== 'Results');
}

/** What wants an answer, but for the alerts that only drive the session. */
export function askedToDo(message: SyncMLMessage): readonly Command[] {
  return asked(message).filter(
    (command) => command.kind !== 'Alert' || !['1222', '1223', '1225'].includes(command.Data ?? ''),
  );
}

export function alerts(message: SyncMLMessage, code?: number): readonly Alert[] {
  return message.body.filter(
    (command): command is Alert =>
      command.kind === 'Alert' && (code === undefined || command.Data === String(code)),
  );
}

export function flat(commands: readonly Command[]): readonly Command[] {
  return commands.flatMap((command) => [command, ...('commands' in command ? flat(command.commands) : [])]);
}

/** The first CmdID that is missing, `0`, no number, or there twice. */
export function oddCmdID(message: SyncMLMessage): string | undefined {
  const ids = flat(message.body).map(({ CmdID }) => CmdID);
  const odd = ids.find((id, at) => !/^[1-9]\d*$/.test(id) || ids.indexOf(id) !== at);
  return odd === '' ? 'missing' : odd;
}

/** `SyncHdr 407, Alert 407, Get`: what a message says, in short, for the reason of a verdict. */
export function inShort(message: SyncMLMessage): string {
  const words = message.body.map((command) => {
    if (command.kind === 'Status') return `${command.Cmd} ${command.Data}`;
    return command.kind === 'Alert' ? `Alert ${command.Data ?? ''}` : command.kind;
  });
  return `${words.join(', ') || 'nothing'}${message.final ? '' : ', no Final'}`;
}

export function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  return data instanceof Uint8Array ? Buffer.from(data).toString('utf8') : '';
}
