import { readFieldName, readUintvar, readValue, uintvar, type WspValue } from './wsp-value.ts';

/** Destination port of WAP push, connectionless and non-secure (notification §2.1). */
export const WAP_PUSH_PORT = 2948;
/** The most that concatenated SMS can carry: 255 parts of 128 octets. No bootstrap document comes near it. */
export const MAX_PUSH_OCTETS: number = 255 * 128;
/** WDP and WSP headers together (notification §2.1, N-057). */
export const MAX_HEADER_OCTETS = 48;

export const NOTIFICATION_TYPE = 'application/vnd.syncml.notification';
export const DM_APPLICATION = 'x-wap-application:syncml.dm';

const PDU_PUSH = 0x06;
const APPLICATION_ID_FIELD = 0xaf;
const APPLICATION_ID_NAME = 'x-wap-application-id';
/** Well-known media numbers, as short integers. */
const MEDIA: Readonly<Record<number, string>> = {
  181: 'text/vnd.wap.connectivity-xml',
  182: 'application/vnd.wap.connectivity-wbxml',
  194: 'application/vnd.syncml.dm+wbxml',
  195: 'application/vnd.syncml.dm+xml',
  196: NOTIFICATION_TYPE,
};
const APPLICATIONS: Readonly<Record<number, string>> = { 135: DM_APPLICATION };
/** application/vnd.syncml.notification, X-WAP-Application-ID: x-wap-application:syncml.dm, in their shortest form. */
const NOTIFICATION_HEADERS = Uint8Array.of(0xc4, APPLICATION_ID_FIELD, 0x87);

/** A WAP push as received, of whatever content type. */
export interface Push {
  /** Media type in lower case, without parameters; `0x..` for a number that is not device management's. */
  readonly contentType: string;
  /**
   * The octets of the Content-Type value as received, without the length of its general form: the media type, then its
   * parameters. A bootstrap's SEC and MAC are in it.
   */
  readonly contentTypeOctets: Uint8Array;
  /** X-WAP-Application-ID in lower case; undefined when the push names none. */
  readonly applicationId: string | undefined;
  readonly body: Uint8Array;
}

/** The WSP push PDU that carries a package 0 in one datagram: `01 06 03 C4 AF 87` ‖ package 0 (N-050). */
export function encodePush(package0: Uint8Array, transactionId = 1): Uint8Array {
  return encodePushPdu(NOTIFICATION_HEADERS, package0, transactionId);
}

/** A WSP push PDU of encoded headers, content type first, and a body. */
export function encodePushPdu(headers: Uint8Array, body: Uint8Array, transactionId = 1): Uint8Array {
  const start = [transactionId & 0xff, PDU_PUSH, ...uintvar(headers.length)];
  const pdu = new Uint8Array(start.length + headers.length + body.length);
  pdu.set(start);
  pdu.set(headers, start.length);
  pdu.set(body, start.length + headers.length);
  return pdu;
}

/** Reads a connectionless WSP push; undefined when it is none. Never throws. */
export function readPush(datagram: Uint8Array): Push | undefined {
  if (datagram.length > MAX_PUSH_OCTETS || datagram[1] !== PDU_PUSH) return undefined;
  const length = readUintvar(datagram, 2);
  if (length === undefined || length.end + length.value > datagram.length) return undefined;
  const bodyAt = length.end + length.value;
  const headers = datagram.subarray(length.end, bodyAt);
  const type = readValue(headers, 0);
  const media = type && mediaOf(type);
  const application = type && applicationOf(headers, type.end);
  if (type === undefined || media === undefined || application === undefined) return undefined;
  return {
    contentType: media,
    contentTypeOctets: (type.octets ?? headers.subarray(0, type.end)).slice(),
    applicationId: application.id,
    body: datagram.slice(bodyAt),
  };
}

/** The package 0 of a push PDU; undefined when content type or application id are not ours (N-052). Never throws. */
export function parsePush(datagram: Uint8Array): Uint8Array | undefined {
  const push = readPush(datagram);
  return push?.contentType === NOTIFICATION_TYPE && push.applicationId === DM_APPLICATION
    ? push.body
    : undefined;
}

/** Short integer, text, or general form: length, media, parameters (N-051). */
function mediaOf(value: WspValue): string | undefined {
  const media = value.octets === undefined ? value : readValue(value.octets, 0);
  if (media?.text !== undefined) return media.text.split(';', 1)[0]?.trim().toLowerCase();
  return media?.short === undefined ? undefined : (MEDIA[media.short] ?? `0x${media.short.toString(16)}`);
}

/** The application that the headers behind the content type name; undefined when they run out. */
function applicationOf(headers: Uint8Array, from: number): { readonly id: string | undefined } | undefined {
  let id: string | undefined;
  for (let at = from; at < headers.length; ) {
    const field = readFieldName(headers, at);
    const value = field && readValue(headers, field.end);
    if (field === undefined || value === undefined) return undefined;
    const named = field.short === APPLICATION_ID_FIELD || field.text?.toLowerCase() === APPLICATION_ID_NAME;
    if (named)
      id ??= value.text?.toLowerCase() ?? APPLICATIONS[value.short ?? 0] ?? `0x${value.short?.toString(16)}`;
    at = value.end;
  }
  return { id };
}
