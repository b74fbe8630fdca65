/** A session as it is drawn and exported, whether a server kept it, a file holds it, or a capture. */
import type { ApiSessionDetail } from '@fumarole/server/api';
import { explainTrace, type TracedMessage } from '@fumarole/server/trace';
import { DecodeError, decode, type SyncMLMessage } from '@fumarole/syncml';

export interface SessionTrace {
  /** What it is known by: the server's id, or the file. */
  readonly id: string;
  readonly device: string;
  readonly server: string;
  readonly steps: readonly TraceStep[];
  /** Where its octets are from: `wire`: as they were; `kept`: decoded and redacted, so an export writes them anew. */
  readonly source: 'kept' | 'wire';
}

/** One message. */
export interface TraceStep extends TracedMessage {
  readonly says: readonly string[];
  /** The SyncML as XML. */
  readonly xml?: string;
  /** The body as it was on the wire. */
  readonly octets?: Uint8Array;
}

/** What a server tells of a session. */
export function traceOfApi({ id, device, trace }: ApiSessionDetail): SessionTrace {
  const steps = trace.map(({ xml, at, ...row }) => ({
    ...row,
    at: Date.parse(at),
    ...(xml === undefined ? {} : { xml, ...messageOf(xml) }),
  }));
  return sessionTrace(id, 'kept', steps, device);
}

export function sessionTrace(
  id: string,
  source: SessionTrace['source'],
  steps: readonly Omit<TraceStep, 'says'>[],
  device?: string,
): SessionTrace {
  const says = explainTrace(steps);
  const first = steps.find(({ from, message }) => from === 'device' && message !== undefined)?.message;
  return {
    id,
    source,
    device: device ?? first?.hdr.Source.LocURI ?? 'device',
    server: first?.hdr.Target.LocURI ?? 'server',
    steps: steps.map((step, at) => ({ ...step, says: says[at] ?? [] })),
  };
}

/** What is kept is shown in words where it was large or secret; it reads as a message all the same. */
function messageOf(xml: string): { readonly message?: SyncMLMessage } {
  try {
    return { message: decode(new TextEncoder().encode(xml), 'xml') };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return {};
  }
}

/** Octets, in words that begin with their number; how they stand in a trace that keeps large data as length and hash. */
const ELIDED = /\[(\d+) octets, sha256 ([0-9a-f]{64}), first ([0-9a-f]*)\]/g;

/** Octets of a stored object, which a trace keeps as their place in it. */
const STORED = /\[(\d+) octets from (\d+) of the object with sha256 ([0-9a-f]{64})\]/g;

/** A sentence with large values named shortly: what is not kept is said to be so. */
export function shortened(sentence: string): string {
  return sentence
    .replace(
      ELIDED,
      (_all, length: string, hash: string, first: string) =>
        `⟨${length} octets, SHA-256 ${hash.slice(0, 8)}…, ${first.length / 2} of them kept⟩`,
    )
    .replace(
      STORED,
      (_all, length: string, from: string, hash: string) =>
        `⟨${length} octets from ${from} of the object with SHA-256 ${hash.slice(0, 8)}…⟩`,
    );
}

/** Sentences of one kind in a row that are told each for itself; of more, some and how many there are. */
const MAX_OF_A_KIND = 6;
const TOLD_OF_A_KIND = 3;

/** A sentence, or so many of one kind. */
export type Told = string | { readonly more: readonly string[] };

/** Sentences with long rows of one kind cut short: the answer to a listing may have hundreds. */
export function condensed(says: readonly string[], all: boolean = false): readonly Told[] {
  const told: Told[] = [];
  for (let at = 0; at < says.length; ) {
    const kind = kindOf(says[at] ?? '');
    let end = at + 1;
    while (end < says.length && kindOf(says[end] ?? '') === kind) end += 1;
    const row = says.slice(at, end);
    if (all || row.length <= MAX_OF_A_KIND) told.push(...row);
    else told.push(...row.slice(0, TOLD_OF_A_KIND), { more: row.slice(TOLD_OF_A_KIND) });
    at = end;
  }
  return told;
}

/** `Answer to Get .?list=Struct`, `Asks for`, `To Get` */
function kindOf(sentence: string): string {
  return /^ *(?:Answer to [^:]*|To \w+|\w+(?: for)?)/.exec(sentence)?.[0] ?? sentence;
}

export function octetsWord({ bytes, encoding }: TraceStep): string {
  return `${bytes} octets of ${encoding.toUpperCase()}`;
}

export function numberWord({ message }: TraceStep): string {
  return message === undefined ? 'unreadable message' : `message ${message.hdr.MsgID}`;
}

/** Time since the message before, in the larger of ms and s. */
export function durationWord(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A run of exchanges that say the same but for numbers: the middle ones are told in one line. */
export type Shown =
  | { readonly kind: 'step'; readonly step: TraceStep; readonly since: number }
  | { readonly kind: 'alike'; readonly steps: readonly TraceStep[] };

const FEWEST_ALIKE = 4;

/** Steps in order; of four or more exchanges alike the first and the last, and what lies between as one. */
export function folded(steps: readonly TraceStep[], all: boolean): readonly Shown[] {
  const shown: Shown[] = [];
  for (let at = 0; at < steps.length; ) {
    const run = all ? 1 : alikeFrom(steps, at);
    const take = (from: number, to: number): void => {
      for (const [place, step] of steps.slice(from, to).entries()) {
        const before = steps[from + place - 1];
        shown.push({ kind: 'step', step, since: before === undefined ? 0 : step.at - before.at });
      }
    };
    if (run < FEWEST_ALIKE) {
      take(at, at + 1);
      at += 1;
      continue;
    }
    const end = at + run * 2;
    take(at, at + 2);
    shown.push({ kind: 'alike', steps: steps.slice(at + 2, end - 2) });
    take(end - 2, end);
    at = end;
  }
  return shown;
}

/** Exchanges from here that are like the one here. */
function alikeFrom(steps: readonly TraceStep[], at: number): number {
  const first = shapeOf(steps, at);
  let count = 0;
  for (let next = at; first !== undefined && shapeOf(steps, next) === first; next += 2) count += 1;
  return count;
}

function shapeOf(steps: readonly TraceStep[], at: number): string | undefined {
  const pair = steps.slice(at, at + 2);
  if (pair.length < 2 || pair.some(({ message }) => message === undefined)) return undefined;
  return JSON.stringify(
    pair.map(({ from, says, status, outcome }) => [
      from,
      status,
      outcome,
      says.map((sentence) => sentence.replace(ELIDED, '[octets]').replace(/\d+/g, '#')),
    ]),
  );
}

/** `42 exchanges alike, 688000 octets, within 3.2 s` */
export function alikeWord(steps: readonly TraceStep[]): string {
  const octets = steps.reduce((sum, { bytes }) => sum + bytes, 0);
  const took = (steps.at(-1)?.at ?? 0) - (steps[0]?.at ?? 0);
  return `${steps.length / 2} more exchanges alike, ${octets} octets, within ${durationWord(took)}`;
}
