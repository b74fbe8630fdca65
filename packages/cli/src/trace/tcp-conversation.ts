/** A TCP connection made up around what two ends said: handshake, segments, acknowledgements, checksums, farewell. */
import type { PcapngWriter } from './pcapng-writer.ts';

export interface End {
  readonly mac: readonly number[];
  readonly ip: readonly number[];
  readonly port: number;
}

const SEGMENT = 1460;
const WINDOW = 65_535;
const Flag = { fin: 1, syn: 2, psh: 8, ack: 16 } as const;
/** Milliseconds between two frames that belong together. */
const TICK = 0.02;

export class TcpConversation {
  readonly #writer: PcapngWriter;
  readonly #ends: readonly [End, End];
  /** Next sequence number of each end. */
  readonly #next: [number, number] = [1000, 500_000];
  #packet = 1;
  #at = 0;

  constructor(writer: PcapngWriter, client: End, server: End) {
    this.#writer = writer;
    this.#ends = [client, server];
  }

  open(at: number): void {
    this.#at = at - 4 * TICK;
    this.#send(0, Flag.syn);
    this.#send(1, Flag.syn | Flag.ack);
    this.#send(0, Flag.ack);
  }

  /** What an end says at a time: 0 the client, 1 the server. */
  say(end: 0 | 1, octets: Uint8Array, at: number, comment?: string): void {
    this.#at = Math.max(this.#at, at - TICK);
    for (let from = 0; from < octets.length; from += SEGMENT) {
      const last = from + SEGMENT >= octets.length;
      const note = from === 0 ? comment : undefined;
      this.#send(end, last ? Flag.psh | Flag.ack : Flag.ack, octets.subarray(from, from + SEGMENT), note);
    }
    this.#send(end === 0 ? 1 : 0, Flag.ack);
  }

  close(): void {
    this.#send(0, Flag.fin | Flag.ack);
    this.#send(1, Flag.fin | Flag.ack);
    this.#send(0, Flag.ack);
  }

  #send(from: 0 | 1, flags: number, payload: Uint8Array = new Uint8Array(), comment?: string): void {
    const to = from === 0 ? 1 : 0;
    this.#at += TICK;
    const tcp = Buffer.alloc(20 + payload.length);
    tcp.writeUInt16BE(this.#ends[from].port, 0);
    tcp.writeUInt16BE(this.#ends[to].port, 2);
    tcp.writeUInt32BE(this.#next[from] >>> 0, 4);
    if ((flags & Flag.ack) !== 0) tcp.writeUInt32BE(this.#next[to] >>> 0, 8);
    tcp[12] = 5 << 4;
    tcp[13] = flags;
    tcp.writeUInt16BE(WINDOW, 14);
    tcp.set(payload, 20);
    tcp.writeUInt16BE(this.#tcpChecksum(tcp, from, to), 16);
    this.#next[from] += payload.length + ((flags & (Flag.syn | Flag.fin)) !== 0 ? 1 : 0);
    this.#writer.packet(this.#frame(tcp, from, to), this.#at, comment);
  }

  /** RFC 9293 §3.1: over addresses, protocol and length, too. */
  #tcpChecksum(tcp: Buffer, from: 0 | 1, to: 0 | 1): number {
    const pseudo = Buffer.from([
      ...this.#ends[from].ip,
      ...this.#ends[to].ip,
      0,
      6,
      tcp.length >> 8,
      tcp.length & 0xff,
    ]);
    return checksum(Buffer.concat([pseudo, tcp]));
  }

  #frame(tcp: Buffer, from: 0 | 1, to: 0 | 1): Buffer {
    const ip = Buffer.alloc(20);
    ip[0] = 0x45;
    ip.writeUInt16BE(20 + tcp.length, 2);
    ip.writeUInt16BE(this.#packet++ & 0xffff, 4);
    ip.writeUInt16BE(0x4000, 6);
    ip[8] = 64;
    ip[9] = 6;
    ip.set([...this.#ends[from].ip, ...this.#ends[to].ip], 12);
    ip.writeUInt16BE(checksum(ip), 10);
    return Buffer.concat([Buffer.from([...this.#ends[to].mac, ...this.#ends[from].mac, 8, 0]), ip, tcp]);
  }
}

/** RFC 1071. */
function checksum(octets: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) sum += ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
