/** Commands an ACL speaks of, in the order they are written (tree §6.1). */
export const ACL_COMMANDS: readonly AclCommand[] = ['Add', 'Delete', 'Exec', 'Get', 'Replace'];
export type AclCommand = 'Add' | 'Delete' | 'Exec' | 'Get' | 'Replace';

/** Parsed ACL: server ids by command, `*` for every authenticated server. A command without ids is not there. */
export type Acl = ReadonlyMap<AclCommand, readonly string[]>;

/** No value: the node inherits (tree §6.2). */
export const EMPTY_ACL: Acl = new Map();

// tree §6.1: any printable character except = & * + and white space.
const SERVER_ID = /^[^\p{C}\p{Z}\s=&*+]+$/u;
const EVERYONE = '*';
/** Who the device itself is, when it executes what its owner gave it: may do everything. No server can have this id (T-078). */
export const OWNER = '\0';

/** Reads an ACL (tree §6.1); undefined when malformed. Entries of the same command are united. */
export function parseAcl(text: string): Acl | undefined {
  if (text === '') return EMPTY_ACL;
  const acl = new Map<AclCommand, readonly string[]>();
  for (const entry of text.split('&')) {
    const equals = entry.indexOf('=');
    const command = ACL_COMMANDS.find((name) => name === entry.slice(0, equals));
    const ids = entry.slice(equals + 1).split('+');
    if (equals < 0 || command === undefined || !ids.every((id) => id === EVERYONE || isServerId(id))) return;
    acl.set(command, [...new Set([...(acl.get(command) ?? []), ...ids])]);
  }
  return acl;
}

/** Canonical text: commands in the order Add, Delete, Exec, Get, Replace, ids in the order received (tree §6.1). */
export function formatAcl(acl: Acl): string {
  return ACL_COMMANDS.filter((command) => acl.has(command))
    .map((command) => `${command}=${(acl.get(command) ?? []).join('+')}`)
    .join('&');
}

/** May this id stand in an ACL? (T-078) */
export function isServerId(id: string): boolean {
  return SERVER_ID.test(id);
}

export function grants(acl: Acl, command: AclCommand, serverId: string): boolean {
  const ids = acl.get(command);
  if (serverId === OWNER) return true;
  return ids !== undefined && (ids.includes(EVERYONE) || ids.includes(serverId));
}

export function isForEveryone(acl: Acl, command: AclCommand): boolean {
  return acl.get(command)?.includes(EVERYONE) ?? false;
}

/** The ACL without one server (tree §6.5): entries left without ids vanish, or become `*` in the root's. */
export function withoutServer(acl: Acl, serverId: string, root: boolean): Acl {
  const left = new Map<AclCommand, readonly string[]>();
  for (const [command, ids] of acl) {
    const others = ids.filter((id) => id !== serverId);
    if (others.length > 0) left.set(command, others);
    else if (root) left.set(command, [EVERYONE]);
  }
  return left;
}

/** Every id of the ACL counted, for the limit on its size. */
export function aclSize(acl: Acl): number {
  return [...acl.values()].reduce((sum, ids) => sum + ids.length, 0);
}

/** The ACL of an interior node whose creator has no Replace on the parent (tree §6.4). */
export function creatorAcl(parent: Acl, serverId: string): Acl {
  const own = [serverId];
  return new Map<AclCommand, readonly string[]>([
    ['Add', own],
    ['Delete', own],
    ['Get', isForEveryone(parent, 'Get') ? [EVERYONE] : own],
    ['Replace', own],
  ]);
}
