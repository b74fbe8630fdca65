import type { Command } from './command.ts';

/** Copies shorter than this say nothing about where their surroundings went. */
const MIN_COPY = 8;

/** Where what a place of the old image holds stands in the new one. */
export interface PlaceMap {
  map(oldPlace: number): number;
}

/** Every place is where it was. */
export const unmoved: PlaceMap = { map: (place) => place };

/**
 * The map that the commands imply: disjoint pieces of the old image, each moved by one distance. Where copies overlap
 * in the old image the longest counts; a place that nothing copies moves with the piece before it.
 */
export class BlockMap implements PlaceMap {
  readonly #starts: Int32Array;
  readonly #shifts: Int32Array;

  constructor(commands: readonly Command[]) {
    const pieces = piecesOf(commands);
    this.#starts = Int32Array.from(pieces, ({ start }) => start);
    this.#shifts = Int32Array.from(pieces, ({ shift }) => shift);
  }

  map(oldPlace: number): number {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= oldPlace) low = middle + 1;
      else high = middle;
    }
    return oldPlace + (this.#shifts[Math.max(0, low - 1)] ?? 0);
  }
}

interface Piece {
  readonly start: number;
  readonly shift: number;
}

function piecesOf(commands: readonly Command[]): readonly Piece[] {
  const copies = commands
    .filter(({ copied }) => copied >= MIN_COPY)
    .sort((a, b) => a.oldPosition - b.oldPosition || b.copied - a.copied);
  const pieces: Piece[] = [];
  const open = new LongestFirst();
  let next = 0;
  let at = 0;
  for (;;) {
    open.drop((copy) => endOf(copy) <= at);
    const upcoming = copies[next];
    if (open.first === undefined) {
      if (upcoming === undefined) return pieces;
      at = Math.max(at, upcoming.oldPosition);
    }
    for (let copy = upcoming; copy !== undefined && copy.oldPosition <= at; copy = copies[++next]) {
      open.add(copy);
    }
    open.drop((copy) => endOf(copy) <= at);
    const longest = open.first;
    if (longest === undefined) continue;
    const shift = longest.newPosition - longest.oldPosition;
    if (pieces.at(-1)?.shift !== shift) pieces.push({ start: at, shift });
    at = endOfReign(longest, copies, next);
  }
}

/** A heap of copies; of equal ones the first added comes first. */
class LongestFirst {
  readonly #heap: Command[] = [];

  get first(): Command | undefined {
    return this.#heap[0];
  }

  add(copy: Command): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = heap[(at - 1) >> 1];
      if (parent === undefined || !isBefore(copy, parent)) break;
      heap[at] = parent;
      at = (at - 1) >> 1;
    }
    heap[at] = copy;
  }

  /** Takes away from the front what is over. */
  drop(isOver: (copy: Command) => boolean): void {
    while (this.first !== undefined && isOver(this.first)) this.#removeFirst();
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const moved = heap.pop();
    if (moved === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      if (left === undefined) break;
      const right = heap[2 * at + 2];
      const side = right !== undefined && isBefore(right, left) ? 2 : 1;
      const child = side === 2 && right !== undefined ? right : left;
      if (!isBefore(child, moved)) break;
      heap[at] = child;
      at = 2 * at + side;
    }
    heap[at] = moved;
  }
}

/** Longer ones first; of equal ones that which starts first, in the old image and then in the new. */
function isBefore(a: Command, b: Command): boolean {
  if (a.copied !== b.copied) return a.copied > b.copied;
  if (a.oldPosition !== b.oldPosition) return a.oldPosition < b.oldPosition;
  return a.newPosition < b.newPosition;
}

function endOf({ oldPosition, copied }: Command): number {
  return oldPosition + copied;
}

/** Where a longer copy takes over, or the end of this one. */
function endOfReign(longest: Command, copies: readonly Command[], from: number): number {
  const end = endOf(longest);
  for (let i = from; i < copies.length; i++) {
    const copy = copies[i];
    if (copy === undefined || copy.oldPosition >= end) return end;
    if (copy.copied > longest.copied) return copy.oldPosition;
  }
  return end;
}
