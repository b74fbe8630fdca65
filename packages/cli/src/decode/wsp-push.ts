import { SECURITY_METHODS } from '@fumarole/dm/bootstrap';
import { readUintvar } from '@fumarole/dm/notification';
import { field, hexOf, type Report, type Shown } from './report.ts';

const PDU_PUSH = 6;
const MAX_HEADERS = 48;
const MEDIA: Readonly<Record<number, string>> = {
  54: 'application/vnd.wap.connectivity-wbxml',
  53: 'text/vnd.wap.connectivity-xml',
  66: 'application/vnd.syncml.dm+wbxml',
  67: 'application/vnd.syncml.dm+xml',
  68: 'application/vnd.syncml.notification',
};
const FIELDS: Readonly<Record<number, string>> = { 13: 'Content-Length', 47: 'X-WAP-Application-ID' };
const APPLICATIONS: Readonly<Record<number, string>> = { 7: 'x-wap-application:syncml.dm' };
const PARAMETERS: Readonly<Record<number, string>> = { 145: 'SEC', 146: 'MAC', 129: 'charset' };

export interface Push {
  readonly shown: Shown;
  /** What the push carries, and where it begins. */
  readonly body?: { readonly octets: Uint8Array; readonly offset: number };
}

/** Is this a push whose content type is one of device management? */
export function isPush(octets: Uint8Array): boolean {
  const push = octets[1] === PDU_PUSH ? readHeaders(octets) : undefined;
  return push !== undefined && Object.values(MEDIA).includes(contentTypeOf(push.headers).media);
}

/** A connectionless WSP push: transaction, headers, body (notification §2.1). */
export function decodePush(octets: Uint8Array, base: number, report: Report): Push {
  report.formats.push('WAP push');
  const shown: Shown = { label: 'WAP push', offset: base, children: [] };
  const [tid = 0, type = 0] = octets;
  shown.children.push(
    field('transaction', base, String(tid)),
    field('PDU type', base + 1, type === PDU_PUSH ? 'Push' : String(type)),
  );
  if (type !== PDU_PUSH) report.warn(`PDU type ${type} is not Push (6)`, base + 1);
  const found = readHeaders(octets);
  if (found === undefined) {
    report.fail(base + Math.min(2, octets.length), 'the headers are longer than what there is');
    return { shown };
  }
  const { headers, at } = found;
  shown.children.push(
    field('headers', base + 2, `${headers.length} octets`, headerFields(headers, base + at, report)),
  );
  if (headers.length > MAX_HEADERS)
    report.warn(`headers of ${headers.length} octets; at most ${MAX_HEADERS} are asked for`, base + 2);
  const start = at + headers.length;
  return { shown, body: { octets: octets.subarray(start), offset: base + start } };
}

function readHeaders(octets: Uint8Array): { readonly headers: Uint8Array; readonly at: number } | undefined {
  const length = readUintvar(octets, 2);
  if (length === undefined || length.end + length.value > octets.length) return undefined;
  return { headers: octets.subarray(length.end, length.end + length.value), at: length.end };
}

function headerFields(headers: Uint8Array, base: number, report: Report): Shown[] {
  const { media, end, children } = contentTypeOf(headers, base);
  const fields = [field('Content-Type', base, media, children)];
  for (let at = end; at < headers.length; ) {
    const name = valueAt(headers, at);
    const value = name && valueAt(headers, name.end);
    if (name === undefined || value === undefined) {
      report.fail(base + at, 'a WSP header can not be read');
      break;
    }
    const known = name.short === undefined ? name.text : FIELDS[name.short];
    const isApplication = (known ?? '').toLowerCase() === 'x-wap-application-id';
    const spoken = isApplication && value.short !== undefined ? APPLICATIONS[value.short] : undefined;
    fields.push(field(known ?? `header 0x${name.short?.toString(16)}`, base + at, spoken ?? plain(value)));
    at = value.end;
  }
  return fields;
}

function contentTypeOf(headers: Uint8Array, base = 0): { media: string; end: number; children: Shown[] } {
  const value = valueAt(headers, 0);
  if (value === undefined) return { media: '', end: headers.length, children: [] };
  if (value.octets === undefined) return { media: mediaOf(value), end: value.end, children: [] };
  const inner = valueAt(value.octets, 0);
  const start = value.end - value.octets.length;
  const media = inner === undefined ? '' : mediaOf(inner);
  const children = inner === undefined ? [] : parameters(value.octets, inner.end, base + start, media);
  return { media, end: value.end, children };
}

function parameters(octets: Uint8Array, from: number, base: number, media: string): Shown[] {
  const found: Shown[] = [];
  for (let at = from; at < octets.length; ) {
    const token = octets[at] ?? 0;
    const name = token >= 0x80 ? { end: at + 1 } : valueAt(octets, at);
    const value = name && valueAt(octets, name.end);
    if (name === undefined || value === undefined) break;
    const label = PARAMETERS[token] ?? ('text' in name ? name.text : undefined) ?? `0x${token.toString(16)}`;
    const method = label === 'SEC' ? methodName(value.short, media) : undefined;
    found.push(field(label, base + at, method ?? plain(value)));
    at = value.end;
  }
  return found;
}

/** Client provisioning and the DM profile have their own names for the same numbers. */
function methodName(number: number | undefined, media: string): string | undefined {
  const names = SECURITY_METHODS.find(({ octet }) => octet === number)?.names;
  return media.includes('connectivity') ? names?.cp : names?.dm;
}

interface Value {
  readonly short?: number;
  readonly text?: string;
  readonly octets?: Uint8Array;
  readonly end: number;
}

function mediaOf({ short, text }: Value): string {
  return text ?? MEDIA[short ?? -1] ?? `0x${(short ?? 0).toString(16)}`;
}

function plain({ short, text, octets }: Value): string {
  return text ?? (octets === undefined ? String(short) : hexOf(octets));
}

/** Short integer, text up to 00, or octets with their length before them. */
function valueAt(octets: Uint8Array, at: number): Value | undefined {
  const first = octets[at];
  if (first === undefined) return undefined;
  if (first >= 0x80) return { short: first & 0x7f, end: at + 1 };
  if (first > 31) {
    const end = octets.indexOf(0, at);
    const from = first === 0x7f || first === 0x22 ? at + 1 : at;
    return end < 0
      ? undefined
      : { text: Buffer.from(octets.subarray(from, end)).toString('latin1'), end: end + 1 };
  }
  const length = first === 31 ? readUintvar(octets, at + 1) : { value: first, end: at + 1 };
  if (length === undefined || length.end + length.value > octets.length) return undefined;
  return { octets: octets.subarray(length.end, length.end + length.value), end: length.end + length.value };
}
