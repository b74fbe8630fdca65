import type { BlobRef, Command, Data, Encoding, Item, Meta } from '@fumarole/syncml';
import { base64Length, encodeBase64 } from '@fumarole/syncml';
import { utf8 } from '../auth/host.ts';
import type { NextID } from './draft.ts';
import type { ServerCommand, WireProfile } from './server-types.ts';

export interface Wire {
  readonly encoding: Encoding;
  readonly profile: WireProfile;
  /** The device speaks DM/1.1, which has no Correlator (S-031). */
  readonly dm11?: boolean;
}

/** A value as the wire carries it. */
export interface WireValue {
  readonly format: string;
  readonly data: Data;
  /** Octets of the Data as carried: what Size says. */
  readonly size: number;
}

export type PlainCommand = Exclude<ServerCommand, { kind: 'abort' }>;

type ValueCommand = Extract<ServerCommand, { kind: 'add' | 'replace' }>;

/** Octets that a value of `length` octets takes as carried, for comparison with MaxObjSize. */
export function carriedSize(length: number, encoding: Encoding, profile: WireProfile): number {
  return isBase64(encoding, profile) ? base64Length(length) : length;
}

export function isBase64(encoding: Encoding, profile: WireProfile): boolean {
  return encoding === 'xml' || profile.binary === 'b64';
}

/** Binary over XML is base64 with Format `b64`; over WBXML as the profile says. */
export function wireValue(command: ValueCommand, wire: Wire): WireValue {
  const { data, format } = command;
  const base64 = isBase64(wire.encoding, wire.profile);
  if (data === undefined || typeof data === 'string') {
    // Every Add and Replace has a Data element, also an empty one (I-013).
    return { format, data: data ?? '', size: utf8(data ?? '').length };
  }
  if (data instanceof Uint8Array) {
    const carried = base64 ? encodeBase64(data) : data;
    return { format: base64 ? 'b64' : format, data: carried, size: carried.length };
  }
  const size = carriedSize(data.length, wire.encoding, wire.profile);
  return { format: base64 ? 'b64' : format, data: { kind: 'blob', ref: data, base64 }, size };
}

/** The standard's command for one of ours; `made` is told every key with its CmdID. */
export function wireCommand(
  command: PlainCommand,
  wire: Wire,
  nextID: NextID,
  made: (row: MadeCommand) => void = () => {},
  parent?: string,
): Command {
  const CmdID = nextID();
  made({ key: command.key, CmdID, cmd: COMMAND_NAMES[command.kind], parent });
  switch (command.kind) {
    case 'get':
      return { kind: 'Get', CmdID, items: [target(command.uri)] };
    case 'delete':
      return { kind: 'Delete', CmdID, items: [target(command.uri)] };
    case 'copy':
      return {
        kind: 'Copy',
        CmdID,
        items: [{ Target: { LocURI: command.target }, Source: { LocURI: command.source } }],
      };
    case 'exec':
      return {
        kind: 'Exec',
        CmdID,
        ...(command.correlator === undefined || wire.dm11 === true ? {} : { Correlator: command.correlator }),
        items: [{ ...target(command.uri), ...(command.data === undefined ? {} : { Data: command.data }) }],
      };
    case 'alert':
      return { kind: 'Alert', CmdID, Data: String(command.code), items: command.items.map(textItem) };
    case 'add':
    case 'replace':
      return valueCommand(command, wire, CmdID);
    case 'sequence':
    case 'atomic': {
      const commands = command.commands
        .filter((child) => child.kind !== 'abort')
        .map((child) => wireCommand(child, wire, nextID, made, CmdID));
      return { kind: command.kind === 'atomic' ? 'Atomic' : 'Sequence', CmdID, commands };
    }
  }
}

export interface MadeCommand {
  readonly key: string;
  readonly CmdID: string;
  readonly cmd: string;
  readonly parent: string | undefined;
}

export const COMMAND_NAMES: Readonly<Record<PlainCommand['kind'], string>> = {
  get: 'Get',
  add: 'Add',
  replace: 'Replace',
  delete: 'Delete',
  copy: 'Copy',
  exec: 'Exec',
  alert: 'Alert',
  sequence: 'Sequence',
  atomic: 'Atomic',
};

function target(uri: string): Item {
  return { Target: { LocURI: uri } };
}

function textItem(text: string): Item {
  return text === '' ? {} : { Data: text };
}

function valueCommand(command: ValueCommand, wire: Wire, CmdID: string): Command {
  const { format, data } = wireValue(command, wire);
  const item: Item = {
    ...target(command.uri),
    Meta: valueMeta(format, command.type),
    Data: data,
  };
  return { kind: command.kind === 'add' ? 'Add' : 'Replace', CmdID, items: [item] };
}

/** Meta inside the Item, because some clients ignore the command's (I-013). */
export function valueMeta(format: string, type: string | undefined): Meta {
  return { Format: format, ...(type === undefined ? {} : { Type: type }) };
}

/** A range of a range. */
export function subRange(ref: BlobRef, offset: number, length: number): BlobRef {
  return { sha256: ref.sha256, offset: ref.offset + offset, length };
}
