/** Who may update the firmware of a device whose accounts come by bootstrap: a policy of the device, no document says it (N-078). */
import { type AclCommand, formatAcl, parseAcl, type Tree } from '@fumarole/dm/tree';

const COMMANDS: readonly AclCommand[] = ['Exec', 'Replace'];

/** Lets servers change and execute the firmware objects, besides those that may. */
export function grantFirmware(tree: Tree, roots: readonly string[], serverIds: readonly string[]): void {
  for (const root of roots) {
    const acl = new Map(parseAcl(tree.acl(root)));
    for (const command of COMMANDS)
      acl.set(command, [...new Set([...(acl.get(command) ?? []), ...serverIds])]);
    tree.setAcl(root, formatAcl(acl));
  }
}
