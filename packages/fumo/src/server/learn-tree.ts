/** Answers to the tree commands that operators queued. */
import type { ResultItem } from '@fumarole/dm/server';
import { dataText } from '@fumarole/syncml';
import type { QueuedCommand, TreeValue } from './device-record.ts';
import { type Draft, note } from './draft.ts';
import { MAX_COMMAND_ITEMS, MAX_COMMAND_RESULT } from './limits.ts';
import { isGood } from './status-failure.ts';

/** Status 0: no answer; a Get may be asked again, anything else is not repeated (I-017). */
export function learnTreeStatus(draft: Draft, id: string, code: number): void {
  const command = draft.device.commands.find((one) => one.id === id);
  if (command === undefined || command.state !== 'sent') {
    return;
  }
  const good = isGood(code);
  const answered = code === 0 && (command.results?.length ?? 0) > 0;
  const state = good || answered ? 'answered' : 'failed';
  // What was written is the device's from here on; it may be a secret.
  const { value: _written, ...rest } = command;
  replace(draft, { ...rest, state, status: answered ? 200 : code, answeredAt: draft.ctx.now });
  const outcome = code === 0 && !answered ? 'was not answered' : `answered ${answered ? 200 : code}`;
  note(draft, 'command', `${command.verb} ${command.uri} ${outcome}`, { command: id, status: code });
}

export function learnTreeResults(
  draft: Draft,
  id: string,
  items: readonly ResultItem[],
  truncated: boolean,
): void {
  const command = draft.device.commands.find((one) => one.id === id);
  if (command === undefined || command.state === 'queued') {
    return;
  }
  const results: TreeValue[] = [...(command.results ?? [])];
  let room =
    MAX_COMMAND_RESULT - results.reduce((sum, { uri, value }) => sum + uri.length + (value?.length ?? 0), 0);
  let cut = truncated || command.truncated === true;
  for (const item of items) {
    const value = typeof item.data === 'string' ? item.data : hex(item.data, room);
    if (results.length >= MAX_COMMAND_ITEMS || room <= item.uri.length) {
      cut = true;
      break;
    }
    const kept = value.slice(0, room - item.uri.length);
    cut ||= kept.length < value.length;
    room -= item.uri.length + kept.length;
    const { uri, format, type } = item;
    results.push({
      uri,
      value: kept,
      ...(format === undefined ? {} : { format }),
      ...(type === undefined ? {} : { type }),
    });
  }
  replace(draft, { ...command, results, ...(cut ? { truncated: true } : {}) });
}

/** A large value arrives in pieces: they are joined as far as there is room. */
export function learnTreeChunk(draft: Draft, id: string, chunk: ChunkOfValue): void {
  const command = draft.device.commands.find((one) => one.id === id);
  const last = command?.results?.at(-1);
  if (chunk.offset === 0 || command === undefined || last?.uri !== chunk.uri) {
    const { uri, format, type } = chunk;
    learnTreeResults(
      draft,
      id,
      [{ uri, format, type, data: textOf(chunk) }],
      !chunk.last || chunk.offset > 0,
    );
    return;
  }
  const value = `${last.value ?? ''}${textOf(chunk)}`;
  const kept = value.slice(0, MAX_COMMAND_RESULT);
  const results = [...(command.results ?? []).slice(0, -1), { ...last, value: kept }];
  const { truncated: _open, ...rest } = command;
  const cut = kept.length < value.length || !chunk.last;
  replace(draft, { ...rest, results, ...(cut ? { truncated: true } : {}) });
}

/** Binary values are shown as hex: a record is text. */
function textOf({ bytes, format }: ChunkOfValue): string {
  const some = bytes.subarray(0, MAX_COMMAND_RESULT);
  return /^(bin|b64)$/i.test(format ?? '') ? hex(some, some.length) : dataText(some);
}

/** A value that the caller keeps elsewhere: the record has its length and hash. */
export interface SpooledValue {
  readonly kind: 'spooled';
  readonly key: string;
  readonly uri: string;
  /** Octets, decoded. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly format?: string;
  readonly type?: string;
}

export function learnTreeSpooled(draft: Draft, id: string, spooled: SpooledValue): void {
  const command = draft.device.commands.find((one) => one.id === id);
  if (command === undefined || command.state === 'queued') {
    return;
  }
  const { kind: _, key: __, ...value } = spooled;
  // The same node again: the device began anew.
  const others = (command.results ?? []).filter(({ uri }) => uri !== value.uri);
  const room = others.length < MAX_COMMAND_ITEMS;
  replace(draft, {
    ...command,
    results: room ? [...others, value] : others,
    ...(room ? {} : { truncated: true }),
  });
}

export interface ChunkOfValue {
  readonly uri: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly last: boolean;
  readonly format?: string;
  readonly type?: string;
}

/** The alert that ends an operator's Exec, found by its correlator. */
export function learnTreeAlert(draft: Draft, correlator: string, data: string): boolean {
  const command = draft.device.commands.find(
    (one) => one.verb === 'exec' && one.correlator === correlator && one.state !== 'queued',
  );
  if (command === undefined) {
    return false;
  }
  replace(draft, { ...command, result: data.slice(0, 256) });
  note(draft, 'command', `exec ${command.uri} ended with ${data.slice(0, 80)}`, { command: command.id });
  return true;
}

function replace(draft: Draft, command: QueuedCommand): void {
  const commands = draft.device.commands.map((one) => (one.id === command.id ? command : one));
  draft.device = { ...draft.device, commands };
}

/** Octets are shown as hex: a record is text. */
function hex(octets: Uint8Array, room: number): string {
  return [...octets.subarray(0, Math.max(0, room))]
    .map((octet) => octet.toString(16).padStart(2, '0'))
    .join('');
}
