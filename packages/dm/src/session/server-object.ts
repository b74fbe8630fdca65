import type { Command, Data } from '@fumarole/syncml';
import { base64Length, encodeBase64 } from '@fumarole/syncml';
import { utf8 } from '../auth/host.ts';
import { SESSION_LIMITS } from '../limits.ts';
import type { Draft, NextID } from './draft.ts';
import type { SendingObject, ServerCommand } from './server-types.ts';
import type { Wire } from './wire-command.ts';
import { isBase64, subRange, valueMeta } from './wire-command.ts';

type ValueCommand = Extract<ServerCommand, { kind: 'add' | 'replace' }>;
type Piece = Omit<SendingObject, 'msgRef' | 'cmdRef'>;

/** The value as an object to be sent in pieces; undefined when it is inline and too large to be kept in a session. */
export function sendingObject(command: ValueCommand, wire: Wire): Piece | undefined {
  const { data, key, uri, type } = command;
  const base64 = isBase64(wire.encoding, wire.profile);
  const source = sourceOf(data, base64);
  if (source === undefined) {
    return undefined;
  }
  return {
    key,
    cmd: command.kind === 'add' ? 'Add' : 'Replace',
    uri,
    format: typeof data !== 'string' && (base64 || data instanceof Uint8Array) ? 'b64' : command.format,
    ...(type === undefined ? {} : { type }),
    source,
    offset: 0,
    next: 0,
  };
}

function sourceOf(data: ValueCommand['data'], base64: boolean): SendingObject['source'] | undefined {
  if (data === undefined || (!(data instanceof Uint8Array) && typeof data === 'object')) {
    return data === undefined ? undefined : { kind: 'blob', ref: data, base64 };
  }
  if (data.length > SESSION_LIMITS.inlineObjectBytes) {
    return undefined;
  }
  if (typeof data === 'string') {
    return { kind: 'text', text: data };
  }
  // Octets survive in a session, and in chunks, as base64 text.
  return { kind: 'text', text: encodeBase64(data) };
}

/** Writes the next piece into the draft; undefined: not even the smallest fits. Says whether it was the last. */
export function addPiece(
  draft: Draft,
  object: Piece,
): { readonly command: Command; readonly next: number; readonly last: boolean } | undefined {
  const total = object.source.kind === 'blob' ? object.source.ref.length : object.source.text.length;
  const left = total - object.offset;
  const length =
    object.source.kind === 'blob' ? blobLength(draft, object, left) : textLength(draft, object, left);
  if (length <= 0 && left > 0) {
    return undefined;
  }
  const next = object.offset + length;
  const command = draft.add((nextID) => pieceCommand(object, length, nextID));
  return command === undefined ? undefined : { command, next, last: next === total };
}

/** Octets of the piece: base64 is cut at multiples of three, so that the pieces join to one text. */
function blobLength(draft: Draft, object: Piece, left: number): number {
  const base64 = object.source.kind === 'blob' && object.source.base64;
  // Five octets for the length of an OPAQUE, which grows with the piece.
  const room = draft.room - draft.measure((nextID) => pieceCommand(object, 0, nextID)) - 5;
  const most = base64 ? Math.floor(room / 4) * 3 : room;
  if (left <= most) {
    return left;
  }
  return base64 ? most - (most % 3) : most;
}

/** Characters of the piece; text grows when written (escapes, UTF-8), so it is measured. */
function textLength(draft: Draft, object: Piece, left: number): number {
  const text = object.source.kind === 'text' ? object.source.text : '';
  let length = Math.min(left, Math.max(0, draft.room));
  while (length > 0 && draft.measure((nextID) => pieceCommand(object, length, nextID)) > draft.room) {
    length = Math.floor(length * 0.85);
  }
  const cut = object.offset + length;
  const splitsPair = cut < text.length && /[\uD800-\uDBFF]/.test(text.charAt(cut - 1));
  return splitsPair ? length - 1 : length;
}

function pieceCommand(object: Piece, length: number, nextID: NextID): Command {
  const { source, offset } = object;
  const total = source.kind === 'blob' ? source.ref.length : source.text.length;
  const data: Data =
    source.kind === 'blob'
      ? { kind: 'blob', ref: subRange(source.ref, offset, length), base64: source.base64 }
      : source.text.slice(offset, offset + length);
  const last = offset + length === total;
  const meta = valueMeta(object.format, object.type);
  const item = {
    Target: { LocURI: object.uri },
    // Size in the first piece only: some clients abort when it is repeated (§4).
    Meta: offset === 0 ? { ...meta, Size: carriedSizeOf(source) } : meta,
    Data: data,
    ...(last ? {} : { MoreData: true }),
  };
  return { kind: object.cmd, CmdID: nextID(), items: [item] };
}

function carriedSizeOf(source: SendingObject['source']): number {
  if (source.kind === 'text') {
    return utf8(source.text).length;
  }
  return source.base64 ? base64Length(source.ref.length) : source.ref.length;
}
