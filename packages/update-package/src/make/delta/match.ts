import type { Command } from '../../read/delta/command.ts';
import { suffixArray } from './suffix-array.ts';

/** A copy from elsewhere is taken up only when it matches so many octets more than the present one goes on to. */
const MIN_GAIN = 6;

/**
 * Finds how to make `target` of copies of `source` that need not be exact, after Percival's bsdiff: the longest match of
 * each place is looked up, and both ends are stretched while at least half of the octets agree.
 */
export function match(source: Uint8Array, target: Uint8Array): Command[] {
  const finder = new LongestMatch(source, target);
  const commands: Command[] = [];
  let scan = 0;
  let length = 0;
  let last = { target: 0, source: 0 };
  let offset = 0;
  while (scan < target.length) {
    let agreeing = 0;
    scan += length;
    let counted = scan;
    length = 0;
    for (; scan < target.length; scan++) {
      length = finder.find(scan);
      for (; counted < scan + length; counted++) {
        if (source[counted + offset] === target[counted]) agreeing++;
      }
      if ((length === agreeing && length !== 0) || length > agreeing + MIN_GAIN) break;
      if (source[scan + offset] === target[scan]) agreeing--;
    }
    if (length === agreeing && scan < target.length) continue;
    const next = { target: scan, source: finder.position };
    const [forward, backward] = stretch(source, target, last, next, scan < target.length);
    commands.push({
      newPosition: last.target,
      oldPosition: last.source,
      copied: forward,
      added: scan - backward - last.target - forward,
    });
    last = { target: scan - backward, source: next.source - backward };
    offset = next.source - scan;
  }
  return commands;
}

interface Place {
  readonly target: number;
  readonly source: number;
}

/** How far the copy at `last` goes on, and how far before `next` the following one begins. */
function stretch(
  source: Uint8Array,
  target: Uint8Array,
  last: Place,
  next: Place,
  more: boolean,
): readonly [number, number] {
  const room = next.target - last.target;
  const forward = bestLength(Math.min(room, source.length - last.source), (i) => {
    return source[last.source + i] === target[last.target + i];
  });
  const backward = more
    ? bestLength(
        Math.min(room, next.source),
        (i) => source[next.source - 1 - i] === target[next.target - 1 - i],
      )
    : 0;
  const overlap = forward + backward - room;
  if (overlap <= 0) return [forward, backward];
  const kept = bestSplit(overlap, (i) => {
    const at = forward - overlap + i;
    const mine = source[last.source + at] === target[last.target + at] ? 1 : 0;
    const theirs = source[next.source - backward + i] === target[next.target - backward + i] ? 1 : 0;
    return mine - theirs;
  });
  return [forward - overlap + kept, backward - kept];
}

/** The length at which twice the agreeing octets exceed all by most. */
function bestLength(limit: number, agrees: (i: number) => boolean): number {
  let agreeing = 0;
  let best = 0;
  let length = 0;
  for (let i = 0; i < limit; ) {
    if (agrees(i)) agreeing++;
    i++;
    if (agreeing * 2 - i > best) {
      best = agreeing * 2 - i;
      length = i;
    }
  }
  return length;
}

function bestSplit(overlap: number, gain: (i: number) => number): number {
  let sum = 0;
  let best = 0;
  let split = 0;
  for (let i = 0; i < overlap; i++) {
    sum += gain(i);
    if (sum > best) {
      best = sum;
      split = i + 1;
    }
  }
  return split;
}

class LongestMatch {
  position = 0;
  readonly #source: Uint8Array;
  readonly #target: Uint8Array;
  readonly #order: Int32Array;

  constructor(source: Uint8Array, target: Uint8Array) {
    this.#source = source;
    this.#target = target;
    this.#order = suffixArray(source, 0xff);
  }

  /** Length of the longest match of what begins at `from`; its place is then {@link position}. */
  find(from: number): number {
    const [source, target, order] = [this.#source, this.#target, this.#order];
    let low = 0;
    let high = source.length - 1;
    let lowLength = 0;
    let highLength = 0;
    let best = 0;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const place = order[middle] ?? 0;
      let length = Math.min(lowLength, highLength);
      const limit = Math.min(source.length - place, target.length - from);
      while (length < limit && source[place + length] === target[from + length]) length++;
      if (length > best) {
        best = length;
        this.position = place;
      }
      if (from + length >= target.length) break;
      const smaller =
        place + length >= source.length || (source[place + length] ?? 0) < (target[from + length] ?? 0);
      if (smaller) {
        low = middle + 1;
        lowLength = length;
      } else {
        high = middle - 1;
        highLength = length;
      }
    }
    return best;
  }
}
