/** Answers to the tree commands that operators queued. */
import type { ResultItem } from '@fumarole/dm/server';
import { dataText } from '@fumarole/syncml';
import type { QueuedCommand, TreeValue } from './device-record.ts';
import { type Draft, note } from './draft.ts';
import { MAX_ANSWER, MAX_COMMAND_ITEMS, MAX_COMMAND_RESULT } from './limits.ts';
import { isGood } from './status-failure.ts';
import { nameOf } from './tree-commands.ts';

/** `of` names a command, or with `/` and a number a step of one. */
function commandAndStep(of: string): { readonly id: string; readonly step: number | undefined } {
  const [id = '', step] = of.split('/');
  return { id, step: step === undefined ? undefined : Number(step) };
}

/**
 * Status 0: no answer; a Get may be asked again, anything else is not repeated (I-017). `answers`: what the user said to
 * an alert.
 */
export function learnTreeStatus(
  draft: Draft,
  of: string,
  code: number,
  answers: readonly string[] = [],
): void {
  const { id, step } = commandAndStep(of);
  const command = draft.device.commands.find((one) => one.id === id);
  // The Status of a container comes before those of its steps, or after them.
  if (
    command === undefined ||
    command.state === 'queued' ||
    (step === undefined && command.state !== 'sent')
  ) {
    return;
  }
  const said = answers.slice(0, MAX_COMMAND_ITEMS).map((answer) => answer.slice(0, MAX_ANSWER));
  const kept = said.length === 0 ? {} : { answers: said };
  if (step !== undefined) {
    const commands = command.commands?.map(({ value, ...one }, at) =>
      at === step && one.status === undefined
        ? { ...one, status: code, ...kept }
        : { ...one, ...(value === undefined ? {} : { value }) },
    );
    replace(draft, { ...command, ...(commands === undefined ? {} : { commands }) });
    return;
  }
  const good = isGood(code);
  const answered = code === 0 && (command.results?.length ?? 0) > 0;
  const state = good || answered ? 'answered' : 'failed';
  // What was written is the device's from here on; it may be a secret.
  const { value: _written, ...rest } = command;
  replace(draft, { ...rest, ...kept, state, status: answered ? 200 : code, answeredAt: draft.ctx.now });
  const outcome = code === 0 && !answered ? 'was not answered' : `answered ${answered ? 200 : code}`;
  note(draft, 'command', `${nameOf(command)} ${outcome}`, { command: id, status: code });
}

export function learnTreeResults(
  draft: Draft,
  of: string,
  items: readonly ResultItem[],
  truncated: boolean,
): void {
  const { id } = commandAndStep(of);
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
export function learnTreeChunk(draft: Draft, of: string, chunk: ChunkOfValue): void {
  const { id } = commandAndStep(of);
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

export function learnTreeSpooled(draft: Draft, of: string, spooled: SpooledValue): void {
  const { id } = commandAndStep(of);
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
  const command = draft.device.commands.find((one) => one.state !== 'queued' && executes(one, correlator));
  if (command === undefined) {
    return false;
  }
  replace(draft, { ...command, result: data.slice(0, 256) });
  note(draft, 'command', `${nameOf(command)} ended with ${data.slice(0, 80)}`, { command: command.id });
  return true;
}

function executes(command: QueuedCommand, correlator: string): boolean {
  const steps = [command, ...(command.commands ?? [])];
  return steps.some((one) => one.verb === 'exec' && one.correlator === correlator);
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
