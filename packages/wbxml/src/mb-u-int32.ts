/** Octets of a value as mb_u_int32: groups of 7 bits, most significant first, bit 7 set on all but the last. */
export function mbUInt32(value: number): readonly number[] {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`mb_u_int32 out of range: ${value}`);
  }
  const octets = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(0x80 | (rest & 0x7f));
  }
  return octets;
}

/** Octets that `mbUInt32` gives for a value. */
export function mbUInt32Length(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}
