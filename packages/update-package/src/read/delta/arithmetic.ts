/**
 * Numbers that encoder and decoder must agree on to the bit (docs/delta-format.md §3, §5): logistic function and its
 * inverse as tables made with whole numbers only, and how fast a probability follows what it sees.
 */

/** Probabilities of a 1 have 16 bits; none is nearer to certain than this. */
export const MIN_PROBABILITY = 32;
export const EVEN_PROBABILITY = 0x8000;
/** The logistic domain is -2047 … 2047, 256 to a unit. */
export const MAX_STRETCH = 2047;

/** 65,536 / (1 + e^(-k/2)) for k = -16 … 16, rounded; between them the function is linear. */
const LOGISTIC_KNOTS: readonly number[] = [
  22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911,
  53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
];

/** Probability of 16 bits for each x of -2048 … 2047, at index x + 2048. */
export const SQUASH: Uint16Array = makeSquash();
/** The x whose probability is the given one, by its upper 12 bits. */
export const STRETCH: Int16Array = makeStretch(SQUASH);
/** How far a probability moves towards the bit, in 65,536ths, by how often it has moved. */
export const RATES: Int32Array = Int32Array.from({ length: 16 }, (_, seen) => {
  return Math.floor(655_360 / (10 * Math.min(seen, 14) + 16));
});

function makeSquash(): Uint16Array {
  return Uint16Array.from({ length: 4096 }, (_, at) => {
    const knot = at >> 7;
    const [below, above] = [knotAt(knot), knotAt(knot + 1)];
    return below + (((above - below) * (at & 127)) >> 7);
  });
}

function knotAt(index: number): number {
  return LOGISTIC_KNOTS[index] ?? EVEN_PROBABILITY;
}

function makeStretch(squash: Uint16Array): Int16Array {
  const table = new Int16Array(4096).fill(MAX_STRETCH);
  let from = 0;
  for (let x = -MAX_STRETCH; x <= MAX_STRETCH; x++) {
    const upTo = (squash[x + 2048] ?? 0) >> 4;
    if (upTo >= from) table.fill(x, from, upTo + 1);
    from = Math.max(from, upTo + 1);
  }
  return table;
}

/**
 * A probability and its count in one number of 16 bits: the upper 12 bits are the probability's, the lower 4 say how
 * often it has moved, at most 15.
 */
export function moved(cell: number, bit: number): number {
  const seen = cell & 15;
  const probability = cell & 0xfff0;
  const rate = RATES[seen] ?? 0;
  const next = bit
    ? probability + (((0xffff - probability) * rate) >>> 16)
    : probability - ((probability * rate) >>> 16);
  return Math.max(MIN_PROBABILITY, next & 0xfff0) | (seen < 15 ? seen + 1 : 15);
}

/** Mixes up to four numbers into 32 bits. */
export function hash(a: number, b: number, c: number, d: number): number {
  const mixed =
    Math.imul(a + 1, 0x9e3779b1) ^
    Math.imul(b + 0x7f4a7c15, 0x85ebca6b) ^
    Math.imul(c + 0x165667b1, 0xc2b2ae35) ^
    Math.imul(d + 0x27d4eb2f, 0x2545f491);
  const folded = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return folded ^ (folded >>> 13);
}
