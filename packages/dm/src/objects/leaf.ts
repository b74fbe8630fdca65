import type { NodeDescription } from '../tree/description.ts';

type Details = Partial<NodeDescription>;

/** Description of a text leaf as the standard objects have them: permanent, Get, chr, text/plain. */
export function leaf(name: string, details: Details = {}): NodeDescription {
  return { name, access: ['Get'], format: 'chr', scope: 'permanent', mime: ['text/plain'], ...details };
}

/** Description of an interior node: permanent, Get. */
export function interior(
  name: string,
  children: readonly NodeDescription[],
  details: Details = {},
): NodeDescription {
  return { name, access: ['Get'], format: 'node', scope: 'permanent', children, ...details };
}
