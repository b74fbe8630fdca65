import { type Data, decodeBase64, type Encoding, encodeBase64, type Item, type Meta } from '@fumarole/syncml';
import { fromUtf8, utf8 } from '../auth/host.ts';
import type { NodeDescription } from './description.ts';
import { type Format, formatOf, isValueOf, type NodeValue } from './format.ts';
import { Refusal } from './refusal.ts';

const DEFAULT_TYPE = 'text/plain';

/** A value as the tree stores it. */
export interface StoredValue {
  readonly format: Format;
  readonly type: string;
  readonly value: NodeValue;
}

export interface ReadOptions {
  /** Description of the leaf; absent: anything goes. */
  readonly description?: NodeDescription | undefined;
  /** The leaf as it is, for Replace. */
  readonly current?: { readonly format: Format; readonly type: string } | undefined;
  /** The octets came in chunks and are decoded already. */
  readonly decoded?: boolean;
}

/** Reads the Data of an Add or Replace by its Meta and the leaf's description (tree §4). @throws Refusal 405, 415, 500 */
export function readValue(data: Data | undefined, meta: Meta, options: ReadOptions = {}): StoredValue {
  const { description, current } = options;
  const fixed =
    description?.scope === 'permanent' ? (description.format ?? current?.format) : description?.format;
  const announced = meta.Format === undefined ? (fixed ?? 'chr') : formatOf(meta.Format);
  if (announced === undefined) throw new Refusal(415);
  const type = readType(meta, options);
  const format = storedFormat(announced, fixed, current?.format, type);
  if (fixed !== undefined && format !== fixed)
    throw new Refusal(description?.scope === 'permanent' ? 405 : 415);
  if (format === 'node') throw new Refusal(current === undefined ? 415 : 405);
  const coded = announced === 'b64' && options.decoded !== true;
  const value = format === 'bin' ? octetsOf(data, coded) : textOf(data, format, options.decoded === true);
  if (!isValueOf(format, value)) throw new Refusal(415);
  if (typeof value === 'string' && description?.accepts?.(value) === false) throw new Refusal(500);
  return { format, type, value };
}

/** An Item of Results: Meta without what equals the defaults, binary as the encoding carries it (tree §4, T-032). */
export function valueItem(uri: string, stored: StoredValue, wire: Encoding, withData: boolean): Item {
  const octets = typeof stored.value === 'string' ? undefined : stored.value;
  const carried = stored.format === 'bin' && wire === 'xml' ? 'b64' : stored.format;
  const data = octets !== undefined && wire === 'xml' ? encodeBase64(octets) : stored.value;
  return {
    Source: { LocURI: uri },
    ...metaOf(carried, stored.type),
    ...(withData ? { Data: data } : {}),
  };
}

/** An Item that shows an interior node. */
export function interiorItem(uri: string, moi: string, data?: string): Item {
  return {
    Source: { LocURI: uri },
    Meta: { Format: 'node', ...(moi === '' ? {} : { Type: moi }) },
    ...(data === undefined ? {} : { Data: data }),
  };
}

/** Is this a serialised subtree (tree §8.1)? */
export function isTnds(meta: Meta): boolean {
  return meta.Type?.toLowerCase().startsWith('application/vnd.syncml.dmtnds') ?? false;
}

function metaOf(format: Format, type: string): { Meta?: Meta } {
  const meta: Meta = {
    ...(format === 'chr' ? {} : { Format: format }),
    ...(type === DEFAULT_TYPE || type === '' ? {} : { Type: type }),
  };
  return Object.keys(meta).length === 0 ? {} : { Meta: meta };
}

/** The Type the leaf gets. Absent: what a described or permanent leaf has, else text/plain (T-031, T-033). */
function readType(meta: Meta, { description, current }: ReadOptions): string {
  const mime = description?.mime;
  const permanent = description?.scope === 'permanent';
  if (meta.Type === undefined) {
    if (permanent || mime !== undefined) return current?.type ?? mime?.[0] ?? DEFAULT_TYPE;
    return DEFAULT_TYPE;
  }
  if (mime === undefined || meta.Type === current?.type) return meta.Type;
  if (permanent) throw new Refusal(405);
  if (!mime.includes(meta.Type)) throw new Refusal(415);
  return meta.Type;
}

/** `b64` on the wire is the form of binary data, unless the node's own value is Base64 text (tree §4). */
function storedFormat(
  announced: Format,
  fixed: Format | undefined,
  current: Format | undefined,
  type: string,
): Format {
  if (announced !== 'b64' || fixed === 'b64') return announced;
  if (fixed === 'bin' || (fixed === undefined && current === 'bin')) return 'bin';
  return type.startsWith('text/') ? 'b64' : 'bin';
}

function octetsOf(data: Data | undefined, coded: boolean): Uint8Array {
  const raw = rawOf(data);
  if (!coded) return typeof raw === 'string' ? utf8(raw) : raw;
  const text = typeof raw === 'string' ? raw : fromUtf8(raw);
  const octets = text === undefined ? undefined : decodeBase64(text);
  if (octets === undefined) throw new Refusal(415);
  return octets;
}

function textOf(data: Data | undefined, format: Format, decoded: boolean): string {
  const raw = rawOf(data);
  if (format === 'b64' && decoded && typeof raw !== 'string') return encodeBase64(raw);
  const text = typeof raw === 'string' ? raw : fromUtf8(raw);
  if (text === undefined) throw new Refusal(415);
  return format === 'bool' ? text.toLowerCase() : text;
}

function rawOf(data: Data | undefined): string | Uint8Array {
  if (data === undefined) return '';
  // References to stored objects exist in outgoing messages only.
  if (typeof data !== 'string' && 'kind' in data) throw new Refusal(500);
  return data;
}
