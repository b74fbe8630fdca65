import { MAX_INPUT } from './limits.ts';

/** Whole numbers from 0 to below `n`, the same in every run of a seed. */
export type Chance = (n: number) => number;

/** mulberry32. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * n);
  };
}

/** Octets that formats give a meaning to: ends, lengths, markup, page switches, continuation bits. */
const TELLING = [0, 1, 2, 3, 4, 0x1f, 0x20, 0x22, 0x26, 0x3b, 0x3c, 0x3e, 0x40, 0x7f, 0x80, 0x83, 0xc3, 0xff];
/** One input in so many is blown up to the size where superlinear work shows. */
const LARGE_ONE_IN = 50;
const MAX_CHANGES = 6;

type Change = (octets: Uint8Array, any: Chance, others: readonly Uint8Array[]) => Uint8Array;

const CHANGES: readonly Change[] = [
  (octets, any) => octets.with(any(octets.length), any(256)),
  (octets, any) => octets.with(any(octets.length), TELLING[any(TELLING.length)] ?? 0),
  (octets, any) => {
    const at = any(octets.length);
    return octets.with(at, (octets[at] ?? 0) ^ (1 << any(8)));
  },
  // cut, at either end
  (octets, any) => octets.slice(0, any(octets.length + 1)),
  (octets, any) => octets.slice(any(Math.min(octets.length, 64))),
  // leave out, repeat, move
  (octets, any) => {
    const [from, to] = range(octets, any);
    return joined(octets.subarray(0, from), octets.subarray(to));
  },
  (octets, any) => {
    const [from, to] = range(octets, any);
    return joined(octets.subarray(0, to), octets.subarray(from));
  },
  (octets, any) => {
    const [from, to] = range(octets, any);
    const rest = joined(octets.subarray(0, from), octets.subarray(to));
    const at = any(rest.length + 1);
    return joined(rest.subarray(0, at), octets.subarray(from, to), rest.subarray(at));
  },
  // a piece of another input, octets that mean something, noise
  (octets, any, others) => {
    const other = others[any(others.length)] ?? octets;
    const [from, to] = range(other, any);
    return insert(octets, any, other.subarray(from, to));
  },
  (octets, any) => insert(octets, any, Uint8Array.of(TELLING[any(TELLING.length)] ?? 0)),
  (octets, any) =>
    insert(
      octets,
      any,
      Uint8Array.from({ length: 1 + any(16) }, () => any(256)),
    ),
  // a number, in text and in octets
  (octets, any) => insert(octets, any, Buffer.from(String(2 ** any(54) - any(2)))),
  (octets, any) =>
    insert(
      octets,
      any,
      Uint8Array.from({ length: 1 + any(6) }, () => 0xff),
    ),
];

/** A seed, changed one to a few times, sometimes blown up by repeating a piece of it; rarely pure noise. */
export function mutated(seeds: readonly Uint8Array[], any: Chance): Uint8Array {
  if (any(100) === 0) return Uint8Array.from({ length: any(300) }, () => any(256));
  let octets = seeds[any(seeds.length)] ?? new Uint8Array();
  for (let left = 1 + any(MAX_CHANGES); left > 0; left -= 1) {
    if (octets.length === 0) break;
    const change = CHANGES[any(CHANGES.length)];
    octets = change === undefined ? octets : change(octets, any, seeds);
  }
  if (octets.length > 0 && any(LARGE_ONE_IN) === 0) octets = blownUp(octets, any);
  return octets.length > MAX_INPUT ? octets.slice(0, MAX_INPUT) : octets;
}

/** A piece again and again, between what stood before and behind it: deep nesting, long values, many elements. */
function blownUp(octets: Uint8Array, any: Chance): Uint8Array {
  const [from, to] = range(octets, any);
  const piece = octets.subarray(from, Math.max(to, from + 1));
  const size = 4096 << any(6);
  const times = Math.max(1, Math.floor(size / piece.length));
  return joined(octets.subarray(0, from), ...Array.from({ length: times }, () => piece), octets.subarray(to));
}

function range(octets: Uint8Array, any: Chance): readonly [number, number] {
  const from = any(octets.length);
  return [from, Math.min(octets.length, from + 1 + any(any(4) === 0 ? octets.length : 16))];
}

function insert(octets: Uint8Array, any: Chance, piece: Uint8Array): Uint8Array {
  const at = any(octets.length + 1);
  return joined(octets.subarray(0, at), piece, octets.subarray(at));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
