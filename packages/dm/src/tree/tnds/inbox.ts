import type { NodeDescription } from '../description.ts';
import type { ItemContext, ItemResult } from '../item-context.ts';
import { MAX_INBOX_OBJECTS } from '../limits.ts';
import { isSameObject } from '../moi.ts';
import { isInterior, type Path, walk } from '../node.ts';
import { Refusal, refuseUnless } from '../refusal.ts';
import type { Tree } from '../tree.ts';
import { formatUri } from '../uri.ts';
import { addPlaced, finish, type Late } from './add-tnds.ts';
import { pathOf } from './place.ts';
import { pathNames, type TndsNode, type TndsObject } from './tnds-object.ts';

interface Arrival {
  /** Path inside the object, which `./Inbox/…` references use. */
  readonly inObject: Path;
  readonly path: Path;
  readonly node: TndsNode;
}

/** Add to the Inbox: every object goes where its identifier is at home (tree §8.5). @throws Refusal 404 for an unknown one (S-041) */
export async function addToInbox(
  context: ItemContext,
  target: Path,
  object: TndsObject,
): Promise<ItemResult> {
  const all: Arrival[] = [];
  for (const node of object.nodes) collect(context, node, node.path, all);
  const arrivals = context.skipUnknown ? all.filter((one) => isNewest(one, all)) : all;
  refuseUnless(arrivals.length > 0 || context.skipUnknown, 404);
  const late: Late = [];
  for (const { path, node } of arrivals) {
    const rewritten = rewrite(node, arrivals, target.slice(1));
    await addPlaced(context, { node: rewritten, parent: path.slice(0, -1), name: path.at(-1) }, late);
  }
  finish(late);
  return { code: 200 };
}

/** The objects of a Node: itself, or those below an interior node that is none. */
function collect(context: ItemContext, node: TndsNode, above: Path, arrivals: Arrival[]): void {
  const { tree, skipUnknown } = context;
  const inObject = [...above, node.name ?? ''];
  const moi = node.ddfName ?? '';
  if (moi === '') {
    refuseUnless(node.children.length > 0 || skipUnknown, 404);
    for (const child of node.children) collect(context, child, inObject, arrivals);
    return;
  }
  refuseUnless(arrivals.length < MAX_INBOX_OBJECTS, 413);
  const taken = new Set(arrivals.map(({ path }) => formatUri(path)));
  const place = placesOf(tree, moi)
    .map((home) => placeIn(tree, home, node, taken))
    .find((path) => path !== undefined);
  if (place === undefined && skipUnknown) return;
  if (place === undefined) throw new Refusal(404);
  arrivals.push({ inObject, path: place, node });
}

/** Of an object that came in several versions the newest counts (notification-bootstrap §5). */
function isNewest({ node }: Arrival, all: readonly Arrival[]): boolean {
  const moi = node.ddfName ?? '';
  return all.every(
    ({ node: other }) =>
      !isSameObject(other.ddfName ?? '', moi) || versionOf(other.ddfName ?? '') <= versionOf(moi),
  );
}

function versionOf(moi: string): number {
  const [, minor = '0'] = /[:/]\d+\.(\d+)(?:\/|$)/.exec(moi) ?? [];
  return Number(minor);
}

interface Home {
  readonly parent: Path;
  /** Undefined: any name. */
  readonly name: string | undefined;
}

/** Places the device's description has for an object; failing that, beside the objects of its kind that are in the tree. */
function placesOf(tree: Tree, moi: string): readonly Home[] {
  const described = [...describedPlaces(tree.description, moi, [])];
  if (described.length > 0) return described;
  return [...walk(tree.root)]
    .filter(({ node, path }) => path.length > 0 && isInterior(node) && isSameObject(node.type, moi))
    .map(({ path }) => ({ parent: path.slice(0, -1), name: undefined }));
}

function* describedPlaces(description: NodeDescription, moi: string, path: Path): Generator<Home> {
  if (!Array.isArray(description.children)) return;
  for (const child of description.children) {
    if (child.moi !== undefined && isSameObject(child.moi, moi)) {
      yield { parent: path, name: child.name === '' ? undefined : child.name };
    }
    // Below an unnamed node the place would depend on which one is meant.
    if (child.name !== '') yield* describedPlaces(child, moi, [...path, child.name]);
  }
}

/** A free place for the object: its own name where any will do and none has it, else another (std-objects §4.1: numbers from 1). */
function placeIn(tree: Tree, home: Home, node: TndsNode, taken: ReadonlySet<string>): Path | undefined {
  const isFree = (name: string): boolean =>
    tree.find([...home.parent, name]) === undefined && !taken.has(formatUri([...home.parent, name]));
  if (home.name !== undefined) return [...home.parent, home.name];
  if (node.name !== undefined && node.name !== '' && isFree(node.name)) {
    return pathOf(tree, { node, parent: home.parent, name: node.name });
  }
  let number = 1;
  while (!isFree(String(number))) number += 1;
  return [...home.parent, String(number)];
}

/** `./Inbox/<path in the object>` in a value becomes the place where that node went. */
function rewrite(node: TndsNode, arrivals: readonly Arrival[], below: Path): TndsNode {
  const value = node.value === undefined ? undefined : finalReference(node.value, arrivals, below);
  return {
    ...node,
    ...(value === undefined ? {} : { value }),
    children: node.children.map((child) => rewrite(child, arrivals, below)),
  };
}

function finalReference(value: string, arrivals: readonly Arrival[], below: Path): string | undefined {
  if (!/^(?:\.\/)?Inbox\/[^\s?]+$/.test(value)) return undefined;
  const names = pathNames(value).slice(1 + below.length);
  const found = arrivals.find(({ inObject }) => inObject.every((name, depth) => names[depth] === name));
  return found && formatUri([...found.path, ...names.slice(found.inObject.length)]);
}
