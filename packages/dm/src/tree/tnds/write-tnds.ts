import { encodeBase64, type XmlElement } from '@fumarole/syncml';
import { formatAcl } from '../acl.ts';
import { formatTStamp } from '../command-property.ts';
import type { ItemContext } from '../item-context.ts';
import { element } from '../mgmt-tree-element.ts';
import { isInterior, type Path, type TreeNode } from '../node.ts';
import { octetLength } from '../octet-length.ts';
import { isAccessible, may } from '../rights.ts';
import { encodeName } from '../uri.ts';
import type { TndsSelection } from './selection.ts';

/** The subtree that starts at a node as a MgmtTree: what the caller may read of it, in nested form (tree §8). */
export function writeTnds(context: ItemContext, path: Path, selection: TndsSelection): XmlElement {
  const node = context.tree.find(path);
  const nodes = node === undefined ? [] : writeNode(context, node, path, selection);
  return element('MgmtTree', element('VerDTD', '1.2'), ...nodes);
}

function writeNode(
  context: ItemContext,
  node: TreeNode,
  path: Path,
  selection: TndsSelection,
): readonly XmlElement[] {
  const { tree, plugins, serverId } = context;
  if (!may(tree, path, 'Get', serverId)) return []; // left out with everything below (tree §7)
  const interior = isInterior(node);
  const readable = !interior && isAccessible(tree, path, 'Get');
  const value = readable ? plugins.value(tree, path) : '';
  const properties = rtProperties(node, value, path, selection);
  return [
    element(
      'Node',
      element('NodeName', path.length === 0 ? '.' : encodeName(node.name)),
      ...(properties.length === 0 ? [] : [element('RTProperties', ...properties)]),
      ...[...(node.children?.values() ?? [])].flatMap((child) =>
        writeNode(context, child, [...path, child.name], selection),
      ),
      // A value that can not be read is left out, and stays as it is when the object is written back.
      ...(readable && selection.has('Value') ? [element('Value', ...textOf(value))] : []),
    ),
  ];
}

/** In the order of the content model; ACL and Title are left out where they are empty (tree §8.2). */
function rtProperties(
  node: TreeNode,
  value: string | Uint8Array,
  path: Path,
  selection: TndsSelection,
): readonly XmlElement[] {
  const interior = isInterior(node);
  const acl = formatAcl(node.acl);
  const all: readonly (XmlElement | false)[] = [
    acl !== '' && element('ACL', acl),
    element('Format', element(formatName(node))),
    element('Name', path.length === 0 ? '.' : encodeName(node.name)),
    !interior && element('Size', String(octetLength(value))),
    node.title !== '' && element('Title', node.title),
    element('TStamp', formatTStamp(node.tstamp)),
    element('Type', element(interior ? 'DDFName' : 'MIME', ...textOf(node.type))),
    element('VerNo', String(node.verNo)),
  ];
  return all.filter((property) => property !== false).filter(({ name }) => selection.has(name));
}

/** Binary is carried in base64 and says `b64` like a message in XML (tree §4), but for a text type: that would mean Base64 text. */
function formatName({ format, type }: TreeNode): string {
  return format === 'bin' && !type.startsWith('text/') ? 'b64' : format;
}

function textOf(value: string | Uint8Array): readonly string[] {
  const text = typeof value === 'string' ? value : encodeBase64(value);
  return text === '' ? [] : [text];
}
