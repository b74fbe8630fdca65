/** Destination port of WAP push, connectionless and non-secure (notification §2.1). */
export const WAP_PUSH_PORT = 2948;
/** A push PDU longer than this is nobody's package 0: 16 + 8 + 255 octets, a vendor body and headers. */
export const MAX_PUSH_OCTETS = 4096;

const PDU_PUSH = 0x06;
/** application/vnd.syncml.notification, well-known number 0x44 as a short integer. */
const CONTENT_TYPE = 0xc4;
/** X-WAP-Application-ID and x-wap-application:syncml.dm as short integers. */
const APPLICATION_ID_FIELD = 0xaf;
const APPLICATION_DM = 0x87;
const CONTENT_TYPE_TEXT = 'application/vnd.syncml.notification';
const FIELD_TEXT = 'x-wap-application-id';
const APPLICATION_TEXT = 'x-wap-application:syncml.dm';

/** The WSP push PDU that carries a package 0 in one UDP datagram: `01 06 03 C4 AF 87` ‖ package 0 (N-050). */
export function encodePush(package0: Uint8Array, transactionId = 1): Uint8Array {
  const headers = [CONTENT_TYPE, APPLICATION_ID_FIELD, APPLICATION_DM];
  const pdu = new Uint8Array(3 + headers.length + package0.length);
  pdu.set([transactionId & 0xff, PDU_PUSH, headers.length, ...headers]);
  pdu.set(package0, 3 + headers.length);
  return pdu;
}

/** The package 0 of a push PDU; undefined when content type or application id are not ours (N-052). Never throws. */
export function parsePush(datagram: Uint8Array): Uint8Array | undefined {
  if (datagram.length > MAX_PUSH_OCTETS || datagram[1] !== PDU_PUSH) return undefined;
  const length = readUintvar(datagram, 2);
  if (length === undefined || length.end + length.value > datagram.length) return undefined;
  const headers = datagram.subarray(length.end, length.end + length.value);
  return isNotification(headers) ? datagram.slice(length.end + length.value) : undefined;
}

/** One WSP value: a short integer, text, or octets with a length before them. */
interface WspValue {
  readonly short?: number;
  readonly text?: string;
  readonly octets?: Uint8Array;
  readonly end: number;
}

function isNotification(headers: Uint8Array): boolean {
  const type = readValue(headers, 0);
  if (type === undefined || !isContentType(type)) return false;
  for (let at = type.end; at < headers.length; ) {
    const field = readFieldName(headers, at);
    const value = field && readValue(headers, field.end);
    if (field === undefined || value === undefined) return false;
    const named = field.short === APPLICATION_ID_FIELD || field.text?.toLowerCase() === FIELD_TEXT;
    if (named) return value.short === APPLICATION_DM || value.text?.toLowerCase() === APPLICATION_TEXT;
    at = value.end;
  }
  return false;
}

/** Short integer, text, or general form: length, media, parameters (N-051). */
function isContentType(value: WspValue): boolean {
  const media = value.octets === undefined ? value : readValue(value.octets, 0);
  return media?.short === CONTENT_TYPE || media?.text?.toLowerCase() === CONTENT_TYPE_TEXT;
}

function readFieldName(octets: Uint8Array, at: number): WspValue | undefined {
  const first = octets[at] ?? 0;
  return first >= 0x80 ? { short: first, end: at + 1 } : readText(octets, at);
}

/** notification §2.1: ≥ 80 short integer; 0–30 a length; 31 a uintvar length; else text to 00. */
function readValue(octets: Uint8Array, at: number): WspValue | undefined {
  const first = octets[at];
  if (first === undefined) return undefined;
  if (first >= 0x80) return { short: first, end: at + 1 };
  if (first > 31) return readText(octets, at);
  const length = first === 31 ? readUintvar(octets, at + 1) : { value: first, end: at + 1 };
  if (length === undefined || length.end + length.value > octets.length) return undefined;
  const end = length.end + length.value;
  return { octets: octets.subarray(length.end, end), end };
}

function readText(octets: Uint8Array, at: number): WspValue | undefined {
  const end = octets.indexOf(0, at);
  if (end < 0) return undefined;
  // A quote octet goes before text that would start above 7F.
  const from = octets[at] === 0x7f ? at + 1 : at;
  return { text: String.fromCharCode(...octets.subarray(from, end)), end: end + 1 };
}

/** Base 128, big-endian, high bit set on all octets but the last; at most five. */
function readUintvar(octets: Uint8Array, at: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let end = at; end < at + 5; end += 1) {
    const octet = octets[end];
    if (octet === undefined) return undefined;
    value = value * 128 + (octet & 0x7f);
    if (octet < 0x80) return { value, end: end + 1 };
  }
  return undefined;
}
