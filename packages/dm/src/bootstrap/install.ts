/**
 * A bootstrap document becomes accounts of a device's tree, all of it or nothing (notification-bootstrap §4.2, §5). Both profiles go
 * through the same commands, checks and rules: the device itself executes them, so they may add what its description allows, and they
 * may change nothing that was there.
 */
import type { Command, Item } from '@fumarole/syncml';
import { type DmAccount, readAccounts } from '../objects/dm-acc.ts';
import { DMACC_MOI } from '../objects/moi.ts';
import { isServerId, OWNER } from '../tree/acl.ts';
import type { NodeInit } from '../tree/description.ts';
import { difference } from '../tree/difference.ts';
import { TreeExecutor } from '../tree/executor.ts';
import { isSuccess } from '../tree/item-context.ts';
import type { TreeNode } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';
import type { BootstrapDocument } from './document.ts';
import { BOOTSTRAP_LIMITS } from './limits.ts';
import { childrenOf, type ProvisioningDocument, parmOf } from './provisioning.ts';
import { readW7, type W7Account, w7Nodes } from './w7.ts';

export interface BootstrapPolicy {
  /** May a document put another account in the place of the one with this ServerID? Default no (N-107). */
  readonly replaces?: (serverId: string) => boolean;
  /** Why the device can not use an account; undefined: it can. */
  readonly unusable?: (account: DmAccount) => string | undefined;
  /** As one C client reads w7 (N-075). */
  readonly swapLevels?: boolean;
  /** What becomes of an account whose proxy or access point is not in the document: kept without it, or refused (N-077). */
  readonly unresolved?: 'drop' | 'refuse';
}

export type BootstrapRefusal =
  | 'no-account'
  | 'exists'
  | 'unusable'
  | 'unresolved'
  | 'foreign-command'
  | 'alters'
  | 'refused';

export type BootstrapOutcome =
  | {
      readonly kind: 'installed';
      readonly serverIds: readonly string[];
      /** The document asks for a session at once; a DM profile always does (N-079, N-108). */
      readonly contact: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: BootstrapRefusal; readonly detail: string };

/** Where accounts are at home (std-objects §1). */
const HOME = './DMAcc';

/** Makes the accounts of a document; the tree is as before unless it answers `installed`. Nothing else may use the tree meanwhile. */
export async function installBootstrap(
  tree: Tree,
  document: BootstrapDocument,
  policy: BootstrapPolicy = {},
): Promise<BootstrapOutcome> {
  const before = tree.root;
  try {
    const refusal = await build(tree, document, policy);
    if (refusal === undefined) return settle(tree, before, document, policy);
    tree.rollback(before);
    return refused(...refusal);
  } catch (error) {
    tree.rollback(before);
    throw error;
  }
}

type Refused = readonly [reason: BootstrapRefusal, detail: string];

async function build(
  tree: Tree,
  document: BootstrapDocument,
  policy: BootstrapPolicy,
): Promise<Refused | undefined> {
  const commands =
    document.profile === 'cp'
      ? provisioningCommands(tree, document.document, policy)
      : plain(document.message.body);
  if ('reason' in commands) return [commands.reason, commands.detail];
  const executor = new TreeExecutor({ tree, skipUnknown: true });
  for (const command of commands) {
    for (const { code, targetRef = '' } of await executor.execute(command, OWNER, 'wbxml')) {
      if (!isSuccess(code)) return ['refused', `${targetRef} is refused with ${code}`];
    }
  }
  return undefined;
}

/** What has come is looked at as a whole: new accounts only, complete, each with the rights of its server. */
function settle(
  tree: Tree,
  before: TreeNode,
  document: BootstrapDocument,
  policy: BootstrapPolicy,
): BootstrapOutcome {
  const after = tree.root;
  tree.rollback(before);
  const earlier = readAccounts(tree);
  const roots = new Set(tree.objects(DMACC_MOI));
  const inAccount = (uri: string): boolean => earlier.some(({ root }) => uri.startsWith(`${root}/`));
  const altered = difference(before, after).find(
    (change) => change.kind === 'remove' || tree.has(change.node.uri) || inAccount(change.node.uri),
  );
  if (altered !== undefined)
    return refused('alters', altered.kind === 'remove' ? altered.uri : altered.node.uri);
  tree.rollback(after);
  const added = tree.objects(DMACC_MOI).filter((root) => !roots.has(root));
  const fault = faultOf(tree, added, earlier, policy);
  if (fault !== undefined) {
    tree.rollback(before);
    return refused(...fault);
  }
  const accounts = readAccounts(tree).filter(({ root }) => added.includes(root));
  for (const { root, account } of accounts) {
    const old = earlier.find((one) => one.account.serverId === account.serverId);
    if (old !== undefined) tree.remove(old.root);
    const { serverId } = account;
    if (tree.acl(root) === '') tree.setAcl(root, `Delete=${serverId}&Get=${serverId}&Replace=${serverId}`);
    dropLooseReferences(tree, root);
  }
  const contact = document.profile === 'dm' || readW7(document.document).some(({ init }) => init);
  return { kind: 'installed', serverIds: accounts.map(({ account }) => account.serverId), contact };
}

function faultOf(
  tree: Tree,
  added: readonly string[],
  earlier: ReturnType<typeof readAccounts>,
  policy: BootstrapPolicy,
): Refused | undefined {
  if (added.length === 0) return ['no-account', 'there is no DM account in it'];
  if (added.length > BOOTSTRAP_LIMITS.accounts) return ['unusable', 'there are too many accounts in it'];
  const accounts = readAccounts(tree).filter(({ root }) => added.includes(root));
  if (accounts.length < added.length) return ['unusable', 'an account is without ServerID or address'];
  const seen = new Set<string>();
  for (const { account } of accounts) {
    const { serverId } = account;
    if (!isServerId(serverId)) return ['unusable', 'its ServerID can not stand in an access control list'];
    const held = earlier.some((one) => one.account.serverId === serverId);
    if (seen.has(serverId) || (held && policy.replaces?.(serverId) !== true)) {
      return ['exists', `there is an account of ${serverId}`];
    }
    seen.add(serverId);
    const unusable = policy.unusable?.(account);
    if (unusable !== undefined) return ['unusable', unusable];
  }
  return undefined;
}

/** Adds only: Sequence and Atomic are opened up, all is one step here anyway. */
function plain(
  body: readonly Command[],
): readonly Command[] | { readonly reason: BootstrapRefusal; detail: string } {
  const flat: Command[] = [];
  for (const command of body) {
    if (command.kind === 'Sequence' || command.kind === 'Atomic') {
      const inside = plain(command.commands);
      if ('reason' in inside) return inside;
      flat.push(...inside);
    } else if (command.kind === 'Add' || command.kind === 'Replace') flat.push(command);
    else if (command.kind !== 'Status')
      return { reason: 'foreign-command', detail: `${command.kind} has no place in it` };
  }
  return flat;
}

function provisioningCommands(
  tree: Tree,
  document: ProvisioningDocument,
  { swapLevels = false, unresolved = 'drop' }: BootstrapPolicy,
): readonly Command[] | { readonly reason: BootstrapRefusal; detail: string } {
  const accounts = readW7(document, { swapLevels });
  const known = connectionsOf(document);
  const missing = accounts.flatMap(({ connections }) => connections).find((name) => !known.has(name));
  if (missing !== undefined && unresolved === 'refuse') {
    return { reason: 'unresolved', detail: `there is no proxy or access point ${missing}` };
  }
  let number = 0;
  const nextRoot = (): string => {
    do number += 1;
    while (tree.has(`${HOME}/${number}`));
    return `${HOME}/${number}`;
  };
  return accounts
    .map(
      (account): W7Account => ({
        ...account,
        connections: account.connections.filter((name) => known.has(name)),
      }),
    )
    .map((account) => w7Nodes(account, nextRoot()))
    .map((nodes, at) => ({ kind: 'Add', CmdID: String(at + 1), items: nodes.map(itemOf) }));
}

/** Ids of the proxies and access points that the document defines. */
function connectionsOf({ characteristics }: ProvisioningDocument): ReadonlySet<string> {
  const ids = characteristics.flatMap((one) => {
    if (one.type === 'PXLOGICAL')
      return [
        parmOf(one, 'PROXY-ID'),
        ...childrenOf(one, 'PXPHYSICAL').map((px) => parmOf(px, 'PHYSICAL-PROXY-ID')),
      ];
    return one.type === 'NAPDEF' ? [parmOf(one, 'NAPID')] : [];
  });
  return new Set(ids.filter((id) => id !== undefined));
}

function itemOf({ uri, format, type, value }: NodeInit): Item {
  return {
    Target: { LocURI: uri },
    Meta: { Format: format, ...(type === undefined ? {} : { Type: type }) },
    ...(value === undefined || value.length === 0 ? {} : { Data: value }),
  };
}

/** A connection that did not come along, or that this device has no place for, is not pointed to (N-077). */
function dropLooseReferences(tree: Tree, root: string): void {
  const references = [
    `${root}/PrefConRef`,
    ...tree.children(`${root}/ToConRef`).map((entry) => `${entry}/ConRef`),
  ];
  for (const uri of references) {
    if (!/^(?:\.\/)?Inbox\//.test(tree.text(uri) ?? '')) continue;
    const entry = uri.slice(0, uri.lastIndexOf('/'));
    tree.remove(entry === root ? uri : entry);
  }
  if (tree.has(`${root}/ToConRef`) && tree.children(`${root}/ToConRef`).length === 0)
    tree.remove(`${root}/ToConRef`);
}

function refused(reason: BootstrapRefusal, detail: string): BootstrapOutcome {
  return { kind: 'refused', reason, detail };
}
