/** Short messages in SMPP 3.4: submit_sm and deliver_sm, with user data as they carry it. */
import { type Gathered, slice, u16, u32 } from './octets.ts';

export interface SmppMessage {
  readonly name: 'submit_sm' | 'deliver_sm';
  readonly from: string;
  readonly to: string;
  /** The user data begins with a header. */
  readonly hasHeader: boolean;
  readonly userData: Gathered;
  readonly start: number;
}

const NAMES: Readonly<Record<number, SmppMessage['name']>> = { 4: 'submit_sm', 5: 'deliver_sm' };
const HEADER = 16;
/** No PDU of SMPP is longer: 64 kB of payload, addresses and parameters. */
const MAX_PDU = 70_000;
const HEADER_INDICATOR = 0x40;
const MESSAGE_PAYLOAD = 0x0424;

export function isSmpp(octets: Uint8Array): boolean {
  const [length, command] = [u32(octets, 0), u32(octets, 4)];
  const known = (command & 0x7fff_fe00) === 0 && (command & 0x1ff) <= 0x103;
  return octets.length >= HEADER && length >= HEADER && length <= MAX_PDU && known;
}

/** Every short message of a stream; `left`: octets behind the last PDU that is whole. */
export function smppMessages(stream: Gathered): {
  readonly messages: readonly SmppMessage[];
  readonly left: number;
} {
  const messages: SmppMessage[] = [];
  const { octets } = stream;
  let at = 0;
  while (isSmpp(octets.subarray(at, at + HEADER)) && at + u32(octets, at) <= octets.length) {
    const name = NAMES[u32(octets, at + 4)];
    const end = at + u32(octets, at);
    const message = name === undefined ? undefined : readMessage(stream, name, at, end);
    if (message !== undefined) messages.push(message);
    at = end;
  }
  return { messages, left: octets.length - at };
}

function readMessage(
  stream: Gathered,
  name: SmppMessage['name'],
  start: number,
  end: number,
): SmppMessage | undefined {
  const octets = stream.octets.subarray(0, end);
  let at = start + HEADER;
  const text = (): string => {
    const stop = octets.indexOf(0, at);
    const found = Buffer.from(octets.subarray(at, stop < 0 ? end : stop)).toString('latin1');
    at = stop < 0 ? end : stop + 1;
    return found;
  };
  const octet = (): number => octets[at++] ?? 0;
  text(); // service type
  at += 2;
  const from = text();
  at += 2;
  const to = text();
  const hasHeader = (octet() & HEADER_INDICATOR) !== 0;
  at += 2;
  text(); // delivery time
  text(); // validity
  at += 4;
  const length = octet();
  const parameters = at + length;
  const place = length > 0 ? { from: at, to: parameters } : payload(octets, parameters, end);
  if (place === undefined || place.to > end) return undefined;
  return { name, from, to, hasHeader, userData: slice(stream, place.from, place.to), start };
}

function payload(octets: Uint8Array, from: number, end: number): { from: number; to: number } | undefined {
  for (let at = from; at + 4 <= end; at += 4 + u16(octets, at + 2)) {
    if (u16(octets, at) === MESSAGE_PAYLOAD) return { from: at + 4, to: at + 4 + u16(octets, at + 2) };
  }
  return undefined;
}
