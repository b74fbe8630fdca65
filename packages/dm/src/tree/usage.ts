import { type TreeNode, walk } from './node.ts';
import { octetLength } from './octet-length.ts';

/** What a tree takes of its limits. */
export interface TreeUsage {
  readonly nodes: number;
  readonly octets: number;
}

const NOTHING: TreeUsage = { nodes: 0, octets: 0 };

/** Counts a subtree. */
export function usageOf(top: TreeNode): TreeUsage {
  let nodes = 0;
  let octets = 0;
  for (const { node } of walk(top)) {
    nodes += 1;
    octets += octetLength(node.value);
  }
  return { nodes, octets };
}

/** The usage of a tree in which one node took the place of another; what both share is not counted again. */
export function changedUsage(
  whole: TreeUsage,
  before: TreeNode | undefined,
  after: TreeNode | undefined,
): TreeUsage {
  if (before !== undefined && after !== undefined && before.children === after.children) {
    const octets = whole.octets - octetLength(before.value) + octetLength(after.value);
    return { nodes: whole.nodes, octets };
  }
  const less = before === undefined ? NOTHING : usageOf(before);
  const more = after === undefined ? NOTHING : usageOf(after);
  return { nodes: whole.nodes - less.nodes + more.nodes, octets: whole.octets - less.octets + more.octets };
}
