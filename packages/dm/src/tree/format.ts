/** Format names of the tree (tree §4), lower case as they are written. */
export const FORMATS: readonly Format[] = [
  'b64',
  'bin',
  'bool',
  'chr',
  'int',
  'node',
  'null',
  'xml',
  'date',
  'time',
  'float',
];
export type Format =
  | 'b64'
  | 'bin'
  | 'bool'
  | 'chr'
  | 'int'
  | 'node'
  | 'null'
  | 'xml'
  | 'date'
  | 'time'
  | 'float';

/** Value of a leaf: octets for `bin`, text for every other format. */
export type NodeValue = string | Uint8Array;
