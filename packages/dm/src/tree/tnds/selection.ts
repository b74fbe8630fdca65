import { isProperty, PROPERTY_NAMES } from '../property-name.ts';

/** What a `?list=TNDS…` asks for: properties, and values. */
export type TndsSelection = ReadonlySet<string>;

const PARTS: readonly string[] = [...PROPERTY_NAMES, 'Value'];

/** Reads `TNDS`, `TNDS+Value+ACL` or `TNDS-Format` (tree §7); undefined: none of these, mixed signs or an unknown name. */
export function parseSelection(attribute: string): TndsSelection | undefined {
  const [list, ...names] = attribute.split(/[+-]/);
  if (list !== 'TNDS' || !names.every((name) => isProperty(name) || name === 'Value')) return undefined;
  const only = attribute.includes('+');
  const without = attribute.includes('-');
  if (only && without) return undefined;
  const named = new Set<string>(names);
  return only ? named : new Set(PARTS.filter((part) => !named.has(part)));
}
