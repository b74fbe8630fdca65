/** WDP over SMS: user data with a header that names ports, and numbers its parts (notification §2.2). */
import { WAP_PUSH_PORT } from './wsp-push.ts';

/** User data of one message in 8-bit coding. */
export const SMS_OCTETS = 140;
const MAX_PARTS = 255;
/** Arbitrary; deployed servers use this one. */
const SOURCE_PORT = 0xc002;
/** Information elements. */
const PARTS_8 = 0x00;
const PORTS_8 = 0x04;
const PORTS_16 = 0x05;
const PARTS_16 = 0x08;

/** One of several messages that carry a datagram together. */
export interface SmsPart {
  readonly reference: number;
  /** The reference has 16 bits: not the same as one of 8 bits with that value. */
  readonly wide: boolean;
  readonly total: number;
  /** 1 … total. */
  readonly sequence: number;
}

export interface SmsDatagram {
  readonly destinationPort: number;
  readonly sourcePort: number;
  /** Absent: the message is whole. */
  readonly part?: SmsPart;
  readonly data: Uint8Array;
}

/**
 * User data, header included, of the messages that carry a datagram to the WAP push port: at most 140 octets each, with
 * concatenation only where one message does not hold it (N-053, N-054).
 *
 * @throws RangeError when 255 messages do not hold it
 */
export function encodeSms(datagram: Uint8Array, reference: number): readonly Uint8Array[] {
  const ports = [PORTS_16, 4, WAP_PUSH_PORT >> 8, WAP_PUSH_PORT & 0xff, SOURCE_PORT >> 8, SOURCE_PORT & 0xff];
  const single = withHeader(ports, datagram);
  if (single.length <= SMS_OCTETS) return [single];
  const room = SMS_OCTETS - withHeader([...ports, PARTS_8, 3, 0, 0, 0], new Uint8Array()).length;
  const total = Math.ceil(datagram.length / room);
  if (total > MAX_PARTS) throw new RangeError(`${datagram.length} octets do not fit ${MAX_PARTS} messages`);
  return Array.from({ length: total }, (_, index) =>
    withHeader(
      [...ports, PARTS_8, 3, reference & 0xff, total, index + 1],
      datagram.subarray(index * room, (index + 1) * room),
    ),
  );
}

/** Reads user data that begins with a header; undefined when it names no ports or does not fit. Never throws. */
export function parseSmsUserData(userData: Uint8Array): SmsDatagram | undefined {
  const end = 1 + (userData[0] ?? 0);
  if (userData.length > SMS_OCTETS || end > userData.length) return undefined;
  let ports: { readonly destinationPort: number; readonly sourcePort: number } | undefined;
  let part: SmsPart | undefined;
  for (let at = 1; at < end; ) {
    const length = userData[at + 1];
    if (length === undefined || at + 2 + length > end) return undefined;
    const element = userData.subarray(at + 2, at + 2 + length);
    ports ??= portsOf(userData[at], element);
    part ??= partOf(userData[at], element);
    at += 2 + length;
  }
  if (ports === undefined || (part !== undefined && !isSound(part))) return undefined;
  return { ...ports, ...(part === undefined ? {} : { part }), data: userData.slice(end) };
}

function portsOf(
  id: number | undefined,
  [a = 0, b = 0, c = 0, d = 0, ...rest]: Uint8Array,
): Pick<SmsDatagram, 'destinationPort' | 'sourcePort'> | undefined {
  if (rest.length > 0) return undefined;
  if (id === PORTS_16) return { destinationPort: (a << 8) | b, sourcePort: (c << 8) | d };
  return id === PORTS_8 ? { destinationPort: a, sourcePort: b } : undefined;
}

function partOf(id: number | undefined, element: Uint8Array): SmsPart | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = element;
  if (id === PARTS_8 && element.length === 3) return { reference: a, wide: false, total: b, sequence: c };
  if (id === PARTS_16 && element.length === 4)
    return { reference: (a << 8) | b, wide: true, total: c, sequence: d };
  return undefined;
}

function isSound({ total, sequence }: SmsPart): boolean {
  return sequence >= 1 && sequence <= total;
}

function withHeader(elements: readonly number[], data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(1 + elements.length + data.length);
  whole.set([elements.length, ...elements]);
  whole.set(data, 1 + elements.length);
  return whole;
}
