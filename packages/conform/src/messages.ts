/** The words that scripts say; command ids are given out when the message is made. */
import type { Alert, Atomic, Command, Exec, Item, Meta, Results, Sequence, Status } from '@fumarole/syncml';

type Bare<C> = C extends Command ? Omit<C, 'CmdID'> : never;

/** A command without its CmdID. */
export type Unnumbered = Bare<Exclude<Command, Atomic | Sequence>> | Container;

/** Atomic or Sequence without CmdIDs. */
export interface Container {
  readonly kind: 'Atomic' | 'Sequence';
  readonly commands: readonly Unnumbered[];
}

/** Numbers the commands from 1, children after their container. */
export function numbered(commands: readonly Unnumbered[]): readonly Command[] {
  let last = 0;
  const number = (command: Unnumbered): Command => {
    const CmdID = String(++last);
    return 'commands' in command
      ? { ...command, CmdID, commands: command.commands.map(number) }
      : { ...command, CmdID };
  };
  return commands.map(number);
}

export function status(
  MsgRef: number,
  CmdRef: string,
  Cmd: string,
  Data: number,
  more: Partial<Status> = {},
): Omit<Status, 'CmdID'> {
  return { kind: 'Status', MsgRef, CmdRef, Cmd, TargetRef: [], SourceRef: [], Data, items: [], ...more };
}

export function alert(code: number | string, ...items: readonly Item[]): Omit<Alert, 'CmdID'> {
  return { kind: 'Alert', Data: String(code), items };
}

export function typedItem(
  Type: string,
  Data: string | undefined,
  more: Partial<Item> & { readonly Format?: string } = {},
): Item {
  const { Format = 'int', Meta, ...rest } = more;
  return { ...rest, Meta: { Format, Type, ...Meta }, ...(Data === undefined ? {} : { Data }) };
}

export function get(...uris: readonly string[]): Unnumbered {
  return { kind: 'Get', items: uris.map((LocURI) => ({ Target: { LocURI } })) };
}

export function replace(LocURI: string, Data: Item['Data'], Meta: Meta = { Format: 'chr' }): Unnumbered {
  return { kind: 'Replace', items: [{ Target: { LocURI }, Meta, ...(Data === undefined ? {} : { Data }) }] };
}

export function add(LocURI: string, Data: Item['Data'], Meta: Meta = { Format: 'chr' }): Unnumbered {
  return { kind: 'Add', items: [{ Target: { LocURI }, Meta, ...(Data === undefined ? {} : { Data }) }] };
}

export function remove(LocURI: string): Unnumbered {
  return { kind: 'Delete', items: [{ Target: { LocURI } }] };
}

export function copy(from: string, to: string): Unnumbered {
  return { kind: 'Copy', items: [{ Source: { LocURI: from }, Target: { LocURI: to } }] };
}

export function exec(LocURI: string, Correlator?: string, Data?: string): Omit<Exec, 'CmdID'> {
  const item = { Target: { LocURI }, ...(Data === undefined ? {} : { Data }) };
  return { kind: 'Exec', items: [item], ...(Correlator === undefined ? {} : { Correlator }) };
}

export function atomic(...commands: readonly Unnumbered[]): Container {
  return { kind: 'Atomic', commands };
}

export function sequence(...commands: readonly Unnumbered[]): Container {
  return { kind: 'Sequence', commands };
}

export function results(MsgRef: number, CmdRef: string, ...items: readonly Item[]): Omit<Results, 'CmdID'> {
  return { kind: 'Results', MsgRef, CmdRef, items };
}
