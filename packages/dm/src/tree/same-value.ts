import type { NodeValue } from './format.ts';

export function isSameValue(a: NodeValue | undefined, b: NodeValue | undefined): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return a === b;
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}
