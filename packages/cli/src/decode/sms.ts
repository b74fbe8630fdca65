import { field, hexOf, type Report, type Shown } from './report.ts';
import { codingText, octetsOfLength, smsText } from './sms-text.ts';

const WAP_PUSH_PORT = 2948;

export interface Sms {
  readonly shown: Shown;
  readonly body?: { readonly octets: Uint8Array; readonly offset: number };
}

/** User data with a header that names ports (notification §2.2). */
export function isSmsUserData(octets: Uint8Array): boolean {
  return elementsOf(octets)?.some(({ id }) => id === 4 || id === 5) ?? false;
}

/** User data header and what lies behind it; one part of several is shown and not put together. */
export function decodeSmsUserData(octets: Uint8Array, base: number, report: Report): Sms {
  report.formats.push('SMS user data');
  const elements = elementsOf(octets);
  const length = octets[0] ?? 0;
  const shown: Shown = { label: 'SMS user data', offset: base, children: [] };
  if (elements === undefined) {
    report.fail(base, 'the user data header is longer than what there is');
    return { shown };
  }
  let parts = 1;
  let part = 1;
  for (const { id, data, at } of elements) {
    shown.children.push(field(`element ${id}`, base + at, elementText(id, data)));
    if (id === 5 && wordAt(data, 0) !== WAP_PUSH_PORT) {
      report.warn(
        `destination port ${wordAt(data, 0)} is not that of WAP push (${WAP_PUSH_PORT})`,
        base + at,
      );
    }
    if (id === 0 || id === 8) [parts = 1, part = 1] = data.subarray(id === 0 ? 1 : 2);
  }
  const start = 1 + length;
  if (parts > 1) {
    report.warn(`part ${part} of ${parts}: the rest is in other messages`, base);
    shown.children.push(field('data', base + start, hexOf(octets.subarray(start))));
    return { shown };
  }
  return { shown, body: { octets: octets.subarray(start), offset: base + start } };
}

interface Pdu {
  readonly kind: 'SMS-DELIVER' | 'SMS-SUBMIT';
  readonly fields: Shown[];
  readonly userData: number;
  readonly hasHeader: boolean;
  /** Data coding scheme, and the length as written: of septets where it says seven bits. */
  readonly coding: number;
  readonly length: number;
}

export function isSmsPdu(octets: Uint8Array): boolean {
  return readPdu(octets, 0, true)?.hasHeader === true;
}

/** A PDU as modems give it: service centre, addresses, coding, user data. */
export function decodeSmsPdu(
  octets: Uint8Array,
  base: number,
  report: Report,
  { smsc }: { readonly smsc: boolean } = { smsc: true },
): Sms {
  report.formats.push('SMS PDU');
  const pdu = readPdu(octets, base, smsc);
  const shown: Shown = { label: pdu?.kind ?? 'SMS PDU', offset: base, children: pdu?.fields ?? [] };
  if (pdu === undefined) {
    report.fail(base, 'the lengths in the PDU do not fit what there is');
    return { shown };
  }
  const body = { octets: octets.subarray(pdu.userData), offset: base + pdu.userData };
  if (pdu.hasHeader) return { shown, body };
  shown.children.push(field('text', body.offset, smsText(body.octets, pdu.coding, pdu.length)));
  report.warn('there is no user data header: the message is text, and no push', base);
  return { shown };
}

/** Undefined where the lengths do not fit. */
function readPdu(octets: Uint8Array, base: number, smsc: boolean): Pdu | undefined {
  const first = smsc ? 1 + (octets[0] ?? 0) : 0;
  const flags = octets[first];
  if (flags === undefined || first > 13 || (flags & 2) !== 0) return undefined;
  const submit = (flags & 1) === 1;
  const addressAt = first + (submit ? 2 : 1);
  const digits = octets[addressAt] ?? 0;
  const codingAt = addressAt + 2 + Math.ceil(digits / 2);
  const coding = octets[codingAt + 1] ?? 0;
  const validity = submit ? ([0, 7, 1, 7][(flags >> 3) & 3] ?? 0) : 7;
  const lengthAt = codingAt + 2 + validity;
  const length = octets[lengthAt];
  if (length === undefined || octets.length !== lengthAt + 1 + octetsOfLength(coding, length))
    return undefined;
  const number = semiOctets(octets.subarray(addressAt + 2, codingAt)).slice(0, digits);
  const international = ((octets[addressAt + 1] ?? 0) & 0x70) === 0x10 ? '+' : '';
  const centre = semiOctets(octets.subarray(2, first)).replace(/F$/, '');
  const time = octets.subarray(codingAt + 2, lengthAt);
  return {
    kind: submit ? 'SMS-SUBMIT' : 'SMS-DELIVER',
    fields: [
      ...(smsc ? [field('service centre', base, centre || 'as set in the phone')] : []),
      field(submit ? 'to' : 'from', base + addressAt, `${international}${number}`),
      field('protocol', base + codingAt, `0x${(octets[codingAt] ?? 0).toString(16).padStart(2, '0')}`),
      field('coding', base + codingAt + 1, codingText(coding)),
      ...(time.length === 0
        ? []
        : [field(submit ? 'validity' : 'time', base + codingAt + 2, timeText(time, submit))]),
      field('length', base + lengthAt, String(length)),
    ],
    userData: lengthAt + 1,
    hasHeader: (flags & 0x40) !== 0,
    coding,
    length,
  };
}

/** `2024-11-28 05:04:00 +01:00` of a time stamp; a validity of one octet is relative (3GPP TS 23.040 §9.2.3.11, .12). */
function timeText(octets: Uint8Array, submit: boolean): string {
  if (submit && octets.length < 7) return `relative, 0x${hexOf(octets)}`;
  const [year, month, day, hour, minute, second] = [...octets].map((octet) => `${octet & 15}${octet >> 4}`);
  const zone = octets[6] ?? 0;
  const quarters = (zone & 7) * 10 + (zone >> 4);
  const two = (value: number): string => String(value).padStart(2, '0');
  const offset = `${(zone & 8) === 0 ? '+' : '-'}${two(Math.floor(quarters / 4))}:${two((quarters % 4) * 15)}`;
  return `20${year}-${month}-${day} ${hour}:${minute}:${second} ${offset}`;
}

function semiOctets(octets: Uint8Array): string {
  return [...octets]
    .map((octet) => `${(octet & 15).toString(16)}${(octet >> 4).toString(16)}`)
    .join('')
    .toUpperCase();
}

interface Element {
  readonly id: number;
  readonly data: Uint8Array;
  readonly at: number;
}

function elementsOf(octets: Uint8Array): readonly Element[] | undefined {
  const end = 1 + (octets[0] ?? 0);
  if (end > octets.length || end < 3) return undefined;
  const found: Element[] = [];
  for (let at = 1; at < end; ) {
    const [id = 0, length = 0] = octets.subarray(at);
    if (at + 2 + length > end) return undefined;
    found.push({ id, data: octets.subarray(at + 2, at + 2 + length), at });
    at += 2 + length;
  }
  return found;
}

function elementText(id: number, data: Uint8Array): string {
  switch (id) {
    case 0:
      return `part ${data[2]} of ${data[1]}, reference ${data[0]}`;
    case 8:
      return `part ${data[3]} of ${data[2]}, reference ${wordAt(data, 0)}`;
    case 4:
      return `ports: to ${data[0]}, from ${data[1]}`;
    case 5:
      return `ports: to ${wordAt(data, 0)}, from ${wordAt(data, 2)}`;
    default:
      return hexOf(data);
  }
}

function wordAt(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}
