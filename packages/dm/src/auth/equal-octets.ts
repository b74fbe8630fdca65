/** Compares in a time that depends on the lengths alone (P-083). */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) {
    difference |= (a[i] ?? 0) ^ (b[i % Math.max(b.length, 1)] ?? 0);
  }
  return difference === 0;
}
