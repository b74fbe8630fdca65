/** From a capture to the messages that a decoder can say something about, in the order of their frames. */
import { SmsReassembly } from '@fumarole/dm/notification';
import { httpMessages, isHttp, nextHttp } from './http-stream.ts';
import { MAX_FRAGMENTED, MAX_FRAGMENTS, MAX_STREAMS } from './limits.ts';
import { type Gathered, gathered, type Piece, slice } from './octets.ts';
import { type Endpoint, type Packet, packetOf, transport } from './packet.ts';
import type { Capture, Frame } from './read-capture.ts';
import { isSmpp, smppMessages } from './smpp-stream.ts';
import { type StreamPart, TcpStream } from './tcp-stream.ts';

export interface CapturedMessage {
  /** Frame that holds its first octet. */
  readonly frame: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly carrier: 'HTTP' | 'UDP' | 'SMPP' | 'SMS' | 'TCP';
  /** Request or status line, or what the carrier says of it. */
  readonly title: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly content: Gathered;
  /** Is there something for a decoder in it? */
  readonly speaks: 'anything' | 'push' | 'user data' | 'SMS' | 'nothing';
  readonly fault?: string;
}

export interface CaptureReading {
  readonly messages: readonly CapturedMessage[];
  /** What was passed over, with the number of its frames. */
  readonly passedOver: ReadonlyMap<string, number>;
}

const PUSH_PORTS: readonly number[] = [2948, 2949, 9200, 9201, 9202, 9203];
const NO_HEADERS: ReadonlyMap<string, string> = new Map();
const TLS_RECORD = 0x16;

/** Puts streams and fragments together and reads what they carry. Never throws. */
export function capturedMessages({ frames }: Capture): CaptureReading {
  const reader = new CaptureReader();
  for (const frame of frames) reader.add(frame);
  const messages = reader.messages().toSorted((a, b) => a.frame - b.frame || a.at - b.at);
  return { messages: withSms(messages), passedOver: reader.passedOver };
}

interface Direction {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly stream: TcpStream;
}

class CaptureReader {
  readonly passedOver = new Map<string, number>();
  readonly #found: CapturedMessage[] = [];
  readonly #directions = new Map<string, Direction>();
  readonly #fragments = new Map<string, Extract<Packet, { kind: 'fragment' }>[]>();

  add(frame: Frame): void {
    if (frame.wireLength > frame.octets.length) this.#pass('frames that the capture cut short');
    this.#take(packetOf(frame), frame);
  }

  messages(): readonly CapturedMessage[] {
    for (const [key, list] of this.#fragments)
      if (list.length > 0) this.#pass(`fragments without the rest (${key.split(' ')[0]})`);
    const all = [...this.#directions.values()];
    return [
      ...this.#found,
      ...all.flatMap((direction) => streamMessages(direction, this.#answeredBy(direction))),
    ];
  }

  #take(packet: Packet, frame: Frame): void {
    switch (packet.kind) {
      case 'udp':
        this.#datagram(packet.from, packet.to, packet.payload, frame);
        return;
      case 'tcp':
        this.#segment(packet, frame);
        return;
      case 'fragment':
        this.#fragment(packet, frame);
        return;
      case 'pdu':
        this.#pdu(packet.protocol, packet.payload, frame);
        return;
      case 'other':
        this.#pass(packet.what);
        return;
    }
  }

  #pass(what: string): void {
    this.passedOver.set(what, (this.passedOver.get(what) ?? 0) + 1);
  }

  #datagram(from: Endpoint, to: Endpoint, payload: Piece, frame: Frame): void {
    if (!PUSH_PORTS.includes(to.port)) {
      this.#pass(`UDP to port ${to.port}`);
      return;
    }
    this.#found.push({
      ...momentOf(frame),
      from: endText(from),
      to: endText(to),
      carrier: 'UDP',
      title: 'WAP push',
      headers: NO_HEADERS,
      content: gathered([payload]),
      speaks: 'push',
    });
  }

  /** A PDU that Wireshark exported: of SMS, WSP, or whatever its octets say. */
  #pdu(protocol: string, payload: Piece, frame: Frame): void {
    const speaks = protocol === 'gsm_sms' ? 'SMS' : protocol === 'gsm_sms_ud' ? 'user data' : 'anything';
    this.#found.push({
      ...momentOf(frame),
      from: '',
      to: '',
      carrier: speaks === 'anything' ? 'UDP' : 'SMS',
      title: `exported PDU (${protocol})`,
      headers: NO_HEADERS,
      content: gathered([payload]),
      speaks,
    });
  }

  #segment(packet: Extract<Packet, { kind: 'tcp' }>, frame: Frame): void {
    const key = `${endText(packet.from)} ${endText(packet.to)}`;
    const known = this.#directions.get(key);
    if (known === undefined && this.#directions.size >= MAX_STREAMS) {
      this.#pass('TCP beyond the limit of connections');
      return;
    }
    const direction = known ?? { from: packet.from, to: packet.to, stream: new TcpStream() };
    this.#directions.set(key, direction);
    direction.stream.add(packet.sequence, packet.syn, packet.payload, frame.number, frame.at);
  }

  #fragment(packet: Extract<Packet, { kind: 'fragment' }>, frame: Frame): void {
    const list = [...(this.#fragments.get(packet.key) ?? []), packet].sort((a, b) => a.start - b.start);
    const full = this.#fragments.size >= MAX_FRAGMENTED && list.length === 1;
    if (full || list.length > MAX_FRAGMENTS) {
      this.#pass('fragments beyond the limit');
      return;
    }
    let end = 0;
    const whole = list.every(({ start, payload }) => {
      const fits = start <= end;
      end = Math.max(end, start + payload.octets.length);
      return fits;
    });
    if (!whole || list.at(-1)?.more !== false) {
      this.#fragments.set(packet.key, list);
      return;
    }
    this.#fragments.delete(packet.key);
    const { octets, placeOf } = gathered(list.map(({ payload }) => payload));
    this.#take(transport(packet.ip, { octets, offset: placeOf(0) ?? 0 }), frame);
  }

  /** Methods of the requests that a direction answers. */
  #answeredBy({ from, to }: Direction): readonly string[] {
    const other = this.#directions.get(`${endText(to)} ${endText(from)}`);
    const parts = other?.stream.parts() ?? [];
    return parts.flatMap(({ pieces }) =>
      httpMessages(gathered(pieces)).map(({ line }) => line.split(' ')[0] ?? ''),
    );
  }
}

function streamMessages(direction: Direction, methods: readonly string[]): readonly CapturedMessage[] {
  const { stream, from, to } = direction;
  const found: CapturedMessage[] = [];
  const ends = { from: endText(from), to: endText(to) };
  for (const part of stream.parts()) {
    const whole = gathered(part.pieces);
    if (isSmpp(whole.octets)) found.push(...smpp(whole, part));
    else found.push(...http(whole, part, ends, methods));
  }
  if (stream.dropped > 0) {
    const fault = `${stream.dropped} octets beyond the limit of a stream are not read`;
    found.push(unread(ends, { frame: Number.MAX_SAFE_INTEGER, at: 0 }, gathered([]), fault));
  }
  return found;
}

type Ends = Pick<CapturedMessage, 'from' | 'to'>;

function http(
  whole: Gathered,
  part: StreamPart,
  ends: Ends,
  methods: readonly string[],
): readonly CapturedMessage[] {
  const found: CapturedMessage[] = [];
  const { octets } = whole;
  for (let at = 0; at < octets.length; ) {
    if (!isHttp(octets.subarray(at, at + 16_384))) {
      const next = nextHttp(octets, at);
      const end = next === undefined || next <= at ? octets.length : next;
      found.push(
        unread(ends, part.momentOf(at), slice(whole, at, end), reasonOf(octets.subarray(at), part, at, end)),
      );
      at = end;
      continue;
    }
    const messages = httpMessages(slice(whole, at), found.length === 0 ? methods : []);
    for (const { line, headers, body, start, fault } of messages) {
      found.push({
        ...part.momentOf(at + start),
        ...ends,
        carrier: 'HTTP',
        title: line,
        headers,
        content: body,
        speaks: body.octets.length === 0 ? 'nothing' : 'anything',
        ...(fault === undefined ? {} : { fault }),
      });
    }
    at += Math.max(1, messages.at(-1)?.end ?? 1);
  }
  return found;
}

function unread(
  ends: Ends,
  moment: { frame: number; at: number },
  content: Gathered,
  fault: string,
): CapturedMessage {
  return {
    ...moment,
    ...ends,
    carrier: 'TCP',
    title: `${content.octets.length} octets`,
    headers: NO_HEADERS,
    content,
    speaks: 'nothing',
    fault,
  };
}

function reasonOf(octets: Uint8Array, { gap }: StreamPart, at: number, end: number): string {
  if (octets[0] === TLS_RECORD && octets[1] === 3)
    return 'TLS: what is inside can not be read without its keys';
  const missing = at === 0 && gap > 0 ? `${gap} octets before them are not in the capture; ` : '';
  return `${missing}${end - at} octets that are neither HTTP nor SMPP`;
}

function smpp(whole: Gathered, part: StreamPart): readonly CapturedMessage[] {
  const { messages, left } = smppMessages(whole);
  const found = messages.map(
    ({ name, from, to, hasHeader, userData, start }): CapturedMessage => ({
      ...part.momentOf(start),
      from,
      to,
      carrier: 'SMPP',
      title: name,
      headers: NO_HEADERS,
      content: userData,
      speaks: hasHeader ? 'user data' : 'nothing',
      ...(hasHeader ? {} : { fault: 'a message without user data header: text, or a receipt' }),
    }),
  );
  if (left === 0) return found;
  const at = whole.octets.length - left;
  const fault = `${left} octets at the end are no whole PDU of SMPP`;
  return [...found, unread({ from: '', to: '' }, part.momentOf(at), slice(whole, at), fault)];
}

/** Behind the last part of a datagram over several short messages comes the datagram. */
export function withSms(messages: readonly CapturedMessage[]): readonly CapturedMessage[] {
  const reassembly = new SmsReassembly();
  return messages.flatMap((message) => {
    if (message.speaks !== 'user data') return [message];
    const { from, content, at } = message;
    const whole = reassembly.add(from, content.octets, at);
    if (whole === undefined || whole === 'waiting' || isWhole(content.octets, whole.data)) return [message];
    const datagram: CapturedMessage = {
      ...message,
      carrier: 'SMS',
      title: `WAP push, put together from its parts; ports ${whole.sourcePort} → ${whole.destinationPort}`,
      content: { octets: whole.data, placeOf: () => undefined },
      speaks: 'push',
    };
    return [message, datagram];
  });
}

/** One message that holds the datagram alone shows it itself. */
function isWhole(userData: Uint8Array, datagram: Uint8Array): boolean {
  return userData.length - 1 - (userData[0] ?? 0) === datagram.length;
}

function momentOf({ number, at }: Frame): { readonly frame: number; readonly at: number } {
  return { frame: number, at };
}

function endText({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
