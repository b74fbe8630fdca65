/** A piece of a file and where it lies there: what is put together of pieces keeps the place of every octet. */
export interface Piece {
  readonly octets: Uint8Array;
  /** First octet in the file. */
  readonly offset: number;
}

/** Octets put together, and the place in the file of each. */
export interface Gathered {
  readonly octets: Uint8Array;
  /** Place in the file of an octet; the end gives the place behind the last. */
  readonly placeOf: (at: number) => number | undefined;
}

export function gathered(pieces: readonly Piece[]): Gathered {
  const octets = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.octets.length, 0));
  const starts: number[] = [];
  let at = 0;
  for (const piece of pieces) {
    starts.push(at);
    octets.set(piece.octets, at);
    at += piece.octets.length;
  }
  return {
    octets,
    placeOf: (wanted) => {
      const found = lastAtMost(starts, wanted);
      const piece = pieces[found];
      return piece === undefined ? undefined : piece.offset + wanted - (starts[found] ?? 0);
    },
  };
}

/** Part of what was gathered. */
export function slice({ octets, placeOf }: Gathered, from: number, to: number = octets.length): Gathered {
  return { octets: octets.subarray(from, to), placeOf: (at) => placeOf(from + at) };
}

function lastAtMost(starts: readonly number[], wanted: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Reads numbers; what is not there is 0, so lengths are checked by the caller. */
export function u16(octets: Uint8Array, at: number, little: boolean = false): number {
  const [a = 0, b = 0] = octets.subarray(at, at + 2);
  return little ? (b << 8) | a : (a << 8) | b;
}

export function u32(octets: Uint8Array, at: number, little: boolean = false): number {
  const [a, b] = [u16(octets, at, little), u16(octets, at + 2, little)];
  return little ? b * 65_536 + a : a * 65_536 + b;
}
