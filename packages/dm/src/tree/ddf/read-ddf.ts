import { DecodeError, parseMgmtTree, type XmlElement } from '@fumarole/syncml';
import { describeTree } from '../describe.ts';
import type { AccessType, NodeDescription, Occurrence } from '../description.ts';
import { type Format, formatOf } from '../format.ts';
import { MAX_DESCRIBED_OBJECTS } from '../limits.ts';
import {
  childElements,
  childNamed,
  childrenNamed,
  childText,
  choiceOf,
  textOf,
} from '../mgmt-tree-element.ts';
import { isProperty } from '../property-name.ts';
import { pathNames } from '../tnds/tnds-object.ts';
import { decodedName } from '../uri.ts';

/** A device description file (tree §9). */
export interface DdfDocument {
  readonly verDTD: string;
  readonly man?: string;
  readonly mod?: string;
  readonly nodes: readonly DescribedNode[];
  /** What the file lacks or says wrongly; it is read all the same. */
  readonly warnings: readonly DdfWarning[];
}

/** A top Node with the names above it; an empty name is an unnamed node. */
export interface DescribedNode {
  readonly path: readonly string[];
  readonly description: NodeDescription;
}

export interface DdfWarning {
  /** URI of the node, unnamed ones as `*`. */
  readonly node: string;
  readonly text: string;
}

const ACCESS: readonly AccessType[] = ['Add', 'Copy', 'Delete', 'Exec', 'Get', 'Replace'];
const PLAIN_OCCURRENCES = ['One', 'ZeroOrOne', 'ZeroOrMore', 'OneOrMore'] as const;
const VERSIONS: readonly string[] = ['1.2', '1.1.2', '1.1'];
const MAX_OCCURRENCE = 65_536;
/** `DFType` needs a MIME; this one stands for none in particular. */
export const ANY_MIME = '*/*';

/** Reads a DDF in XML or WBXML, also those of vendors: foreign elements are passed over, `*` is an unnamed node (T-103). @throws DecodeError */
export function parseDdf(data: string | Uint8Array): DdfDocument {
  const root = parseMgmtTree(data);
  const warnings: DdfWarning[] = [];
  const verDTD = childText(root, 'VerDTD') ?? '';
  if (!VERSIONS.includes(verDTD)) warnings.push({ node: '.', text: `VerDTD is ${verDTD || 'missing'}` });
  const man = childText(root, 'Man');
  const mod = childText(root, 'Mod');
  const tops = childrenNamed(root, 'Node');
  if (tops.length > MAX_DESCRIBED_OBJECTS) {
    throw new DecodeError('nodes', MAX_DESCRIBED_OBJECTS, `at most ${MAX_DESCRIBED_OBJECTS} top nodes`);
  }
  const nodes = tops.map((node): DescribedNode => {
    const path = pathNames(childText(node, 'Path') ?? '').map(unstarred);
    return { path, description: readNode(node, path, warnings) };
  });
  return { verDTD, ...(man && { man }), ...(mod && { mod }), nodes, warnings };
}

/** One description of the whole tree: the nodes of the file at their places, interior nodes above them. */
export function treeDescription({ nodes }: DdfDocument): NodeDescription {
  const objects = nodes.map(({ path, description }) => ({
    path: [...path, description.name],
    object: { root: '.', description, nodes: [] },
  }));
  return describeTree(objects, false);
}

function readNode(node: XmlElement, above: readonly string[], warnings: DdfWarning[]): NodeDescription {
  const name = unstarred(decodedName(childText(node, 'NodeName') ?? ''));
  const path = [...above, name];
  const warn = (text: string): void => {
    warnings.push({ node: `./${path.map((part) => part || '*').join('/')}`, text });
  };
  const properties = childNamed(node, 'DFProperties');
  if (properties === undefined) warn('DFProperties is missing');
  const format = readFormat(properties, warn);
  const below = childrenNamed(node, 'Node').map((child) => readNode(child, path, warnings));
  const interior = format === undefined ? below.length > 0 : format === 'node';
  if (!interior && below.length > 0) warn('a leaf has no nodes below it; they are left out');
  return {
    name,
    access: readAccess(properties, warn),
    ...(format === undefined ? {} : { format }),
    ...readFrame(properties, warn),
    ...readType(properties, interior),
    ...readTexts(properties),
    ...readRuntime(node),
    ...(interior ? { children: below } : {}),
  };
}

type Warn = (text: string) => void;

function readAccess(properties: XmlElement | undefined, warn: Warn): readonly AccessType[] {
  const access = childNamed(properties, 'AccessType');
  if (access === undefined) warn('AccessType is missing: no command is allowed');
  const names = (access === undefined ? [] : childElements(access)).map(({ name }) => name);
  return ACCESS.filter((command) => names.includes(command));
}

function readFormat(properties: XmlElement | undefined, warn: Warn): Format | undefined {
  const name = choiceOf(childNamed(properties, 'DFFormat'));
  const format = formatOf(name ?? '');
  if (format === undefined) warn(name === undefined ? 'DFFormat is missing' : `DFFormat ${name} is unknown`);
  return format;
}

/** Occurrence and Scope stay absent where the file has none: One and Dynamic (tree §9). */
function readFrame(
  properties: XmlElement | undefined,
  warn: Warn,
): Pick<NodeDescription, 'occurrence' | 'scope' | 'caseSense'> {
  const occurrence = readOccurrence(childNamed(properties, 'Occurrence'), warn);
  const scope = choiceOf(childNamed(properties, 'Scope'));
  const caseSense = choiceOf(childNamed(properties, 'CaseSense'));
  return {
    ...(occurrence === undefined ? {} : { occurrence }),
    ...(scope === undefined ? {} : { scope: scope === 'Permanent' ? 'permanent' : 'dynamic' }),
    ...(caseSense === 'CS' || caseSense === 'CIS' ? { caseSense } : {}),
  };
}

function readOccurrence(occurrence: XmlElement | undefined, warn: Warn): Occurrence | undefined {
  const name = choiceOf(occurrence);
  const plain = PLAIN_OCCURRENCES.find((known) => known === name);
  if (name === undefined || plain !== undefined) return plain;
  const text = childText(occurrence, name) ?? '';
  const count = Number(text);
  const valid = /^\d+$/.test(text) && count >= 1 && count <= MAX_OCCURRENCE;
  if (name === 'ZeroOrN' && valid) return { zeroOrN: count };
  if (name === 'OneOrN' && valid) return { oneOrN: count };
  warn(`Occurrence ${name} ${text} is none; taken as ZeroOrMore`);
  return 'ZeroOrMore';
}

function readType(
  properties: XmlElement | undefined,
  interior: boolean,
): Pick<NodeDescription, 'mime' | 'moi'> {
  const type = childNamed(properties, 'DFType');
  if (type === undefined) return {};
  if (interior) {
    const moi = childText(type, 'DDFName') ?? '';
    return moi === '' ? {} : { moi };
  }
  const mime = childrenNamed(type, 'MIME').map(textOf);
  const named = mime.filter((text) => text !== '');
  return named.length === 0 || named.includes(ANY_MIME) ? {} : { mime: named };
}

function readTexts(
  properties: XmlElement | undefined,
): Pick<NodeDescription, 'defaultValue' | 'title' | 'about'> {
  const defaultValue = childText(properties, 'DefaultValue');
  const title = childText(properties, 'DFTitle');
  const about = childText(properties, 'Description');
  return {
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...(title === undefined ? {} : { title }),
    ...(about === undefined ? {} : { about }),
  };
}

function readRuntime(node: XmlElement): Pick<NodeDescription, 'properties'> {
  const listed = childNamed(node, 'RTProperties');
  if (listed === undefined) return {};
  return { properties: childElements(listed).flatMap(({ name }) => (isProperty(name) ? [name] : [])) };
}

function unstarred(name: string): string {
  return name === '*' ? '' : name;
}
