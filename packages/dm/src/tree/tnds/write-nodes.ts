import { encodeBase64, type XmlElement } from '@fumarole/syncml';
import type { NodeInit } from '../description.ts';
import { element } from '../mgmt-tree-element.ts';

/** Nodes as a serialised subtree, with their values whoever may read them: for what a server gives a device. Parents before children. */
export function mgmtTreeOf(nodes: readonly NodeInit[]): XmlElement {
  const uris = new Set(nodes.map(({ uri }) => uri));
  const tops = nodes.filter(({ uri }) => !uris.has(parentOf(uri)));
  return element('MgmtTree', element('VerDTD', '1.2'), ...tops.map((node) => nodeElement(node, nodes)));
}

function nodeElement(node: NodeInit, all: readonly NodeInit[]): XmlElement {
  const { uri, format, acl, type } = node;
  const properties = [
    ...(acl === undefined ? [] : [element('ACL', acl)]),
    element('Format', element(format === 'bin' ? 'b64' : format)),
    ...(type === undefined ? [] : [element('Type', element(format === 'node' ? 'DDFName' : 'MIME', type))]),
  ];
  return element(
    'Node',
    element('NodeName', uri.slice(uri.lastIndexOf('/') + 1)),
    element('RTProperties', ...properties),
    ...all.filter((child) => parentOf(child.uri) === uri).map((child) => nodeElement(child, all)),
    ...(format === 'node' ? [] : [element('Value', ...textOf(node))]),
  );
}

function textOf({ value = '' }: NodeInit): readonly string[] {
  const text = typeof value === 'string' ? value : encodeBase64(value);
  return text === '' ? [] : [text];
}

function parentOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/'));
}
