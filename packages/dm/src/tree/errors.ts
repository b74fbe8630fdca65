/** The owner of a tree asked for what the tree can not be; `code` is stable. */
export class TreeUsageError extends Error {
  readonly code: TreeUsageCode;
  constructor(code: TreeUsageCode, message: string) {
    super(message);
    this.name = 'TreeUsageError';
    this.code = code;
  }
}

export type TreeUsageCode =
  | 'tree-uri'
  | 'tree-no-node'
  | 'tree-exists'
  | 'tree-value'
  | 'tree-acl'
  | 'tree-snapshot';

/** Every code of TreeUsageError with its remedy. */
export const TREE_USAGE_CODES: Readonly<Record<TreeUsageCode, string>> = {
  'tree-uri': 'The text is no node URI, or is longer than the limits of this tree: correct the URI.',
  'tree-no-node': 'There is no such node: add it first, or look with has().',
  'tree-exists': 'A node of this URI exists: use set() to give it a value.',
  'tree-value': 'The value does not parse in the format of the node: correct the value or the format.',
  'tree-acl': 'The text is no access control list.',
  'tree-snapshot': 'The snapshot is of another version or inconsistent: start from the factory tree.',
};
