/** Download descriptor of OMA Download OTA 1.0 (dlota.md §2): tolerant reading, strict writing. */
import { parseXml, serialiseXml, type XmlElement } from '@fumarole/syncml';
import {
  MAX_DESCRIPTOR_BYTES,
  MAX_DESCRIPTOR_DESCRIPTION,
  MAX_DESCRIPTOR_NAME,
  MAX_DESCRIPTOR_NODES,
  MAX_DESCRIPTOR_TYPES,
  MAX_DESCRIPTOR_URI,
  MAX_INSTALL_PARAM,
} from './limits.ts';

export const DESCRIPTOR_TYPE = 'application/vnd.oma.dd+xml';
export const DESCRIPTOR_NAMESPACE = 'http://www.openmobilealliance.org/xmlns/dd';

/** The attributes of a descriptor, under the standard's names. */
export interface DownloadDescriptor {
  /** MIME types of the object; at least one. */
  readonly type: readonly string[];
  /** Octets that will be downloaded; > 0. */
  readonly size: number;
  readonly objectURI: string;
  readonly installNotifyURI?: string;
  readonly nextURL?: string;
  readonly DDVersion?: string;
  readonly name?: string;
  readonly description?: string;
  readonly vendor?: string;
  readonly infoURL?: string;
  readonly iconURI?: string;
  readonly installParam?: string;
}

export type DescriptorReading =
  | { readonly kind: 'descriptor'; readonly descriptor: DownloadDescriptor }
  | {
      readonly kind: 'refused';
      /** 906, or 951 for another major version. */
      readonly code: 906 | 951;
      readonly reason: string;
      /** Where the report goes, if it could be recognised at all (D-011). */
      readonly installNotifyURI?: string;
    };

const SINGLE = [
  'size',
  'objectURI',
  'installNotifyURI',
  'nextURL',
  'DDVersion',
  'name',
  'description',
  'vendor',
  'infoURL',
  'iconURI',
  'installParam',
] as const;
type Single = (typeof SINGLE)[number];

const BY_LOWER_NAME: ReadonlyMap<string, Single | 'type'> = new Map<string, Single | 'type'>([
  ['type', 'type'],
  ...SINGLE.map((name): [string, Single] => [name.toLowerCase(), name]),
]);

const LIMITS = {
  maxOctets: MAX_DESCRIPTOR_BYTES,
  maxDepth: 8,
  maxNodes: MAX_DESCRIPTOR_NODES,
  maxAttributes: 16,
};

class Refusal extends Error {
  readonly code: 906 | 951;

  constructor(code: 906 | 951, reason: string) {
    super(reason);
    this.code = code;
  }
}

/**
 * Reads a descriptor (D-003 … D-020). Never throws: what is wrong comes back as the report to send. URIs come back as
 * written; a relative objectURI is the caller's to resolve (D-023).
 */
export function parseDescriptor(source: string | Uint8Array): DescriptorReading {
  try {
    if (source.length > MAX_DESCRIPTOR_BYTES) {
      throw new Refusal(906, `descriptor larger than ${MAX_DESCRIPTOR_BYTES} octets`);
    }
    return { kind: 'descriptor', descriptor: fromFields(readFields(parseMedia(source))) };
  } catch (error) {
    if (!(error instanceof Error)) {
      throw error;
    }
    const notify = findNotifyURI(source);
    return {
      kind: 'refused',
      code: error instanceof Refusal ? error.code : 906,
      reason: error.message,
      ...(notify === undefined ? {} : { installNotifyURI: notify }),
    };
  }
}

/** Writes a descriptor: right namespace, everything escaped, `DDVersion` 1.0 first (D-001, D-002). */
export function formatDescriptor(descriptor: DownloadDescriptor): string {
  const { type, size, ...rest } = { DDVersion: '1.0', ...descriptor };
  const fields: readonly (readonly [string, string])[] = [
    ['DDVersion', rest.DDVersion],
    ...type.map((value) => ['type', value] as const),
    ['size', String(size)],
    ...SINGLE.flatMap((name) => {
      const value = name === 'size' || name === 'DDVersion' ? undefined : rest[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  ];
  const element = (name: string, ...children: readonly (XmlElement | string)[]): XmlElement => ({
    name,
    namespace: DESCRIPTOR_NAMESPACE,
    attributes: {},
    children,
  });
  const media = element('media', ...fields.map(([name, value]) => element(name, value)));
  return `${serialiseXml(media, { indent: 2, declaration: true })}\n`;
}

function parseMedia(source: string | Uint8Array): XmlElement {
  const root = parseXml(source, { doctype: 'refuse', limits: LIMITS });
  if (root.name.toLowerCase() !== 'media') {
    throw new Refusal(906, `root element is ${root.name}, not media`);
  }
  return root;
}

interface Fields {
  readonly type: readonly string[];
  readonly single: ReadonlyMap<Single, string>;
}

function readFields(media: XmlElement): Fields {
  const type: string[] = [];
  const single = new Map<Single, string>();
  for (const child of media.children) {
    const name = typeof child === 'string' ? undefined : BY_LOWER_NAME.get(child.name.toLowerCase());
    if (typeof child === 'string' || name === undefined) {
      continue; // D-005: unknown elements are ignored
    }
    const text = textOf(child);
    if (name === 'type') {
      if (text !== '' && type.length < MAX_DESCRIPTOR_TYPES) {
        type.push(text);
      }
    } else if (single.has(name)) {
      throw new Refusal(906, `${name} given twice`);
    } else {
      single.set(name, text);
    }
  }
  return { type, single };
}

function fromFields({ type, single }: Fields): DownloadDescriptor {
  checkVersion(single.get('DDVersion'));
  if (type.length === 0) {
    throw new Refusal(906, 'type missing');
  }
  const optional = Object.fromEntries(
    SINGLE.filter((name) => name !== 'size' && name !== 'objectURI').flatMap((name) => {
      const value = single.get(name);
      return value === undefined || value === '' ? [] : [[name, bounded(name, value)]];
    }),
  );
  return {
    ...optional,
    type,
    size: readSize(single.get('size')),
    objectURI: readUri(single.get('objectURI')),
  };
}

/** Missing: 1.0; the same major version: processed; another: 951; not `major.minor`: 906 (D-012 … D-014). */
function checkVersion(text: string | undefined): void {
  const version = /^(\d+)\.\d+$/.exec(text === undefined || text === '' ? '1.0' : text);
  if (version === null) {
    throw new Refusal(906, `DDVersion ${text} is not major.minor`);
  }
  if (Number(version[1]) !== 1) {
    throw new Refusal(951, `DDVersion ${text} is not supported`);
  }
}

/** Thousands separators are accepted (D-020), zero, signs and text are not (D-009). */
function readSize(text: string | undefined): number {
  if (text === undefined) {
    throw new Refusal(906, 'size missing');
  }
  const plain = text.replace(/[,.'\s](?=\d{3}(?:\D|$))/g, '');
  const size = /^\d{1,16}$/.test(plain) ? Number(plain) : 0;
  if (size <= 0 || !Number.isSafeInteger(size)) {
    throw new Refusal(906, `size ${text.slice(0, 40)} is not a positive number`);
  }
  return size;
}

function readUri(text: string | undefined): string {
  if (text === undefined || text === '') {
    throw new Refusal(906, 'objectURI missing');
  }
  if (text.length > MAX_DESCRIPTOR_URI || /[\s<>"]/.test(text)) {
    throw new Refusal(906, 'objectURI is no URI');
  }
  return text;
}

function bounded(name: Single, value: string): string {
  switch (name) {
    case 'name':
    case 'vendor':
      return value.slice(0, MAX_DESCRIPTOR_NAME);
    case 'description':
      return value.slice(0, MAX_DESCRIPTOR_DESCRIPTION);
    case 'installParam':
      return value.slice(0, MAX_INSTALL_PARAM);
    default:
      if (value.length > MAX_DESCRIPTOR_URI) {
        throw new Refusal(906, `${name} is too long`);
      }
      return value;
  }
}

/** Trimmed text; an element inside a known one is an error (dlota.md §2.2). */
function textOf(element: XmlElement): string {
  const nested = element.children.find((child) => typeof child !== 'string');
  if (nested !== undefined) {
    throw new Refusal(906, `${element.name} holds an element`);
  }
  return element.children.join('').trim();
}

/** Scans broken text for the report's address, as agents do (D-011). */
function findNotifyURI(source: string | Uint8Array): string | undefined {
  const text = typeof source === 'string' ? source : latin1(source.subarray(0, MAX_DESCRIPTOR_BYTES));
  const found = /<(?:\w+:)?installNotifyURI\s*>\s*(?:<!\[CDATA\[\s*)?(https?:\/\/[^\s<\]]{1,2048})/i.exec(
    text.slice(0, MAX_DESCRIPTOR_BYTES),
  );
  return found?.[1]?.replaceAll('&amp;', '&');
}

/** Enough to find an ASCII address in octets of any charset. */
function latin1(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) {
    text += String.fromCharCode(octet);
  }
  return text;
}
