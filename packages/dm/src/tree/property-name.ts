/** The node properties of tree §3; all eight are kept. */
export const PROPERTY_NAMES = ['ACL', 'Format', 'Name', 'Size', 'Title', 'TStamp', 'Type', 'VerNo'] as const;
export type PropertyName = (typeof PROPERTY_NAMES)[number];

/** Compared exactly, letter case included (tree §3). */
export function isProperty(name: string): name is PropertyName {
  return PROPERTY_NAMES.some((property) => property === name);
}
