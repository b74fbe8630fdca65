import { type Acl, type AclCommand, grants } from './acl.ts';
import type { AccessType } from './description.ts';
import type { Path } from './node.ts';
import type { Tree } from './tree.ts';

/** The ACL that counts for a node: its own when it has one, else the nearest above (tree §6.2). */
export function effectiveAcl(tree: Tree, path: Path): Acl {
  for (let length = path.length; length > 0; length -= 1) {
    const acl = tree.find(path.slice(0, length))?.acl;
    if (acl !== undefined && acl.size > 0) return acl;
  }
  return tree.rootAcl;
}

export function may(tree: Tree, path: Path, command: AclCommand, serverId: string): boolean {
  return grants(effectiveAcl(tree, path), command, serverId);
}

/** `command` in the node's ACL or in its parent's: who may read and, on interior nodes, change an ACL (tree §6.3). */
export function mayHereOrAbove(tree: Tree, path: Path, command: AclCommand, serverId: string): boolean {
  return may(tree, path, command, serverId) || may(tree, path.slice(0, -1), command, serverId);
}

/** Does the node's description let servers use this command at all? */
export function isAccessible(tree: Tree, path: Path, access: AccessType): boolean {
  return tree.describe(path)?.access.includes(access) ?? false;
}

/** Add is looked up twice: in the description of the new node or in its parent's (tree §5.3, T-054). */
export function isAddable(tree: Tree, path: Path): boolean {
  return isAccessible(tree, path, 'Add') || (path.length > 0 && isAccessible(tree, path.slice(0, -1), 'Add'));
}
