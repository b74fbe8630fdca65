import { formatMgmtTree, serialiseXml, type XmlElement } from '@fumarole/syncml';
import type { NodeDescription, Occurrence } from '../description.ts';
import { element } from '../mgmt-tree-element.ts';
import type { PropertyName } from '../property-name.ts';
import { encodeName } from '../uri.ts';
import { ANY_MIME, type DescribedNode } from './read-ddf.ts';

/** What a DDF says beside its nodes. */
export interface DdfFacts {
  readonly man?: string;
  readonly mod?: string;
  /** Properties that every node has at run time; a description's own list wins. Absent: none are listed. */
  readonly properties?: readonly PropertyName[];
}

const DOCTYPE =
  '<!DOCTYPE MgmtTree PUBLIC "-//OMA//DTD-DM-DDF 1.2//EN" "http://www.openmobilealliance.org/tech/DTD/DM_DDF-V1_2.dtd">';
const PROPERTY_ORDER = ['ACL', 'Format', 'Name', 'Size', 'Title', 'TStamp', 'Type', 'VerNo'] as const;

/** The nodes right below the root of a tree, for a DDF of the whole tree. */
export function ddfOf(description: NodeDescription): readonly DescribedNode[] {
  const children = Array.isArray(description.children) ? description.children : [];
  return children.map((child): DescribedNode => ({ path: [], description: child }));
}

/** A DDF as XML text with its document type, or as WBXML octets (tree §9). Limits that a DDF has no words for are left out. */
export function formatDdf(nodes: readonly DescribedNode[], facts: DdfFacts, encoding: 'xml'): string;
export function formatDdf(nodes: readonly DescribedNode[], facts: DdfFacts, encoding: 'wbxml'): Uint8Array;
export function formatDdf(
  nodes: readonly DescribedNode[],
  facts: DdfFacts,
  encoding: 'xml' | 'wbxml',
): string | Uint8Array {
  const tree = ddfElement(nodes, facts);
  if (encoding === 'wbxml') return formatMgmtTree(tree, 'wbxml');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${DOCTYPE}\n${serialiseXml(tree, { indent: 1 })}\n`;
}

export function ddfElement(nodes: readonly DescribedNode[], facts: DdfFacts = {}): XmlElement {
  return element(
    'MgmtTree',
    element('VerDTD', '1.2'),
    ...(facts.man === undefined ? [] : [element('Man', facts.man)]),
    ...(facts.mod === undefined ? [] : [element('Mod', facts.mod)]),
    ...nodes.map(({ path, description }) => {
      const above = ['.', ...path.map((name) => (name === '' ? '*' : encodeName(name)))].join('/');
      return writeNode(description, facts, element('Path', above));
    }),
  );
}

function writeNode(description: NodeDescription, facts: DdfFacts, path?: XmlElement): XmlElement {
  const children = Array.isArray(description.children) ? description.children : [];
  const runtime = description.properties ?? facts.properties;
  return element(
    'Node',
    element('NodeName', ...text(encodeName(description.name))),
    ...(path === undefined ? [] : [path]),
    ...(runtime === undefined ? [] : [runtimeProperties(description, runtime)]),
    frameworkProperties(description),
    ...children.map((child) => writeNode(child, facts)),
  );
}

/** In the order of the content model (tree §9). */
function frameworkProperties(description: NodeDescription): XmlElement {
  const { access, defaultValue, occurrence, scope, title, caseSense } = description;
  const about =
    description.about ??
    (description.children === 'same' ? 'Anything may be made below this node.' : undefined);
  return element(
    'DFProperties',
    element('AccessType', ...[...access].sort().map((command) => element(command))),
    ...optional('DefaultValue', defaultValue),
    ...optional('Description', about),
    element('DFFormat', element(formatOf(description))),
    ...(occurrence === undefined ? [] : [element('Occurrence', occurrenceElement(occurrence))]),
    ...(scope === undefined
      ? []
      : [element('Scope', element(scope === 'permanent' ? 'Permanent' : 'Dynamic'))]),
    ...optional('DFTitle', title),
    element('DFType', ...typeElements(description)),
    ...(caseSense === undefined ? [] : [element('CaseSense', element(caseSense))]),
  );
}

function runtimeProperties(description: NodeDescription, names: readonly PropertyName[]): XmlElement {
  const content: Partial<Record<PropertyName, readonly (XmlElement | string)[]>> = {
    Format: [element(formatOf(description))],
    Name: text(encodeName(description.name)),
    Type: typeElements(description).slice(0, 1),
  };
  const has = (name: PropertyName): boolean =>
    // The content model asks for Type; interior nodes have no Size (tree §3).
    name === 'Type' || (names.includes(name) && !(name === 'Size' && formatOf(description) === 'node'));
  return element(
    'RTProperties',
    ...PROPERTY_ORDER.filter(has).map((name) => element(name, ...(content[name] ?? []))),
  );
}

function typeElements(description: NodeDescription): readonly XmlElement[] {
  if (formatOf(description) === 'node') return [element('DDFName', ...text(description.moi ?? ''))];
  return (description.mime ?? [ANY_MIME]).map((mime) => element('MIME', mime));
}

/** A node of which the format is open is described by what it can hold. */
function formatOf({ format, children }: NodeDescription): string {
  return format ?? (children === undefined ? 'chr' : 'node');
}

function occurrenceElement(occurrence: Occurrence): XmlElement {
  if (typeof occurrence === 'string') return element(occurrence);
  return 'zeroOrN' in occurrence
    ? element('ZeroOrN', String(occurrence.zeroOrN))
    : element('OneOrN', String(occurrence.oneOrN));
}

function optional(name: string, value: string | undefined): readonly XmlElement[] {
  return value === undefined ? [] : [element(name, ...text(value))];
}

function text(value: string): readonly string[] {
  return value === '' ? [] : [value];
}
