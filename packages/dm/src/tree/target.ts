import type { Location } from '@fumarole/syncml';
import type { Path } from './node.ts';
import { isProperty, type PropertyName } from './property-name.ts';
import { Refusal } from './refusal.ts';
import { parseSelection, type TndsSelection } from './tnds/selection.ts';
import type { Tree } from './tree.ts';
import { parseUri } from './uri.ts';

/** What a LocURI addresses, after steps 2 to 4 of tree §5.1. */
export type Target =
  | { readonly kind: 'node'; readonly path: Path; readonly text: string }
  | { readonly kind: 'prop'; readonly path: Path; readonly text: string; readonly property: PropertyName }
  | {
      readonly kind: 'list';
      readonly path: Path;
      readonly text: string;
      readonly list: 'Struct' | 'StructData' | TndsSelection;
    };

/** Resolves a LocURI. @throws Refusal 400 (none), 404 (malformed), 414 (too long), 406 (unknown property or list) */
export function resolve(tree: Tree, location: Location | undefined): Target {
  if (location === undefined) throw new Refusal(400);
  const uri = parseUri(location.LocURI, tree.uriLimits);
  if (uri.kind === 'fault') throw new Refusal(uri.status);
  const { path, text, selector } = uri;
  if (selector === undefined) return { kind: 'node', path, text };
  if (selector.kind === 'prop') {
    const property = selector.name;
    if (!isProperty(property)) throw new Refusal(406);
    // Size must not exist on interior nodes (tree §3).
    if (property === 'Size' && tree.find(path)?.format === 'node') throw new Refusal(406);
    return { kind: 'prop', path, text, property };
  }
  const { attribute } = selector;
  const list = attribute === 'Struct' || attribute === 'StructData' ? attribute : parseSelection(attribute);
  if (list === undefined) throw new Refusal(406);
  return { kind: 'list', path, text, list };
}

/** The node URI a command other than Get and Replace acts on. @throws Refusal 405 on a property or list */
export function resolveNode(tree: Tree, location: Location | undefined): { path: Path; text: string } {
  const target = resolve(tree, location);
  if (target.kind !== 'node') throw new Refusal(405);
  return target;
}

/** `./Inbox` and all below it: nothing but Add, whatever the ACL (tree §5.3). */
export function isInbox(path: Path): boolean {
  return path[0] === 'Inbox';
}
