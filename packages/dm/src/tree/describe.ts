import type { NodeDescription, ObjectNodes } from './description.ts';
import type { Path } from './node.ts';

/** A node of which servers may do anything, and below which they may make anything. */
export const OPEN_NODE: NodeDescription = {
  name: '',
  access: ['Add', 'Copy', 'Delete', 'Exec', 'Get', 'Replace'],
  occurrence: 'ZeroOrMore',
  children: 'same',
};

/** One description of the whole tree: the objects at their places, permanent interior nodes above them. */
export function describeTree(
  objects: readonly { readonly path: Path; readonly object: ObjectNodes }[],
  open: boolean,
): NodeDescription {
  const root: NodeDescription = {
    name: '',
    access: ['Add', 'Get'],
    format: 'node',
    scope: 'permanent',
    children: open ? [OPEN_NODE] : [],
  };
  return objects.reduce((tree, { path, object }) => place(tree, path, object.description), root);
}

/** The description that holds for a path; named children win over the unnamed one. */
export function descriptionAt(root: NodeDescription, path: Path): NodeDescription | undefined {
  let description: NodeDescription | undefined = root;
  for (const name of path) description = description && childDescription(description, name);
  return description;
}

export function childDescription(parent: NodeDescription, name: string): NodeDescription | undefined {
  if (parent.children === 'same') return parent;
  return (
    parent.children?.find((child) => child.name === name) ??
    parent.children?.find((child) => child.name === '')
  );
}

export function isPermanent(description: NodeDescription | undefined): boolean {
  return description?.scope === 'permanent';
}

function place(parent: NodeDescription, path: Path, description: NodeDescription): NodeDescription {
  const [name, ...rest] = path;
  if (name === undefined) return merged(parent, description);
  const children = parent.children === 'same' ? [parent] : (parent.children ?? []);
  const old = children.find((child) => child.name === name) ?? interior(name);
  const next = rest.length === 0 ? merged(old, { ...description, name }) : place(old, rest, description);
  return { ...parent, children: [...children.filter((child) => child !== old), next] };
}

/** A described node keeps the children that other objects have put below it. */
function merged(old: NodeDescription, description: NodeDescription): NodeDescription {
  if (description.children === 'same' || !Array.isArray(old.children)) return description;
  const own = description.children ?? [];
  const names = new Set(own.map(({ name }) => name));
  const kept = old.children.filter(({ name }) => !names.has(name));
  return { ...description, children: [...own, ...kept] };
}

function interior(name: string): NodeDescription {
  return { name, access: ['Get'], format: 'node', scope: 'permanent', children: [] };
}
