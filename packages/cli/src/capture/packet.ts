/** From a frame to what it carries: Ethernet, Linux cooked, loopback and raw IP; IPv4 and IPv6; UDP, TCP; PDUs exported by Wireshark. */

import { type Piece, u16, u32 } from './octets.ts';
import type { Frame } from './read-capture.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export type Packet =
  | { readonly kind: 'udp'; readonly from: Endpoint; readonly to: Endpoint; readonly payload: Piece }
  | {
      readonly kind: 'tcp';
      readonly from: Endpoint;
      readonly to: Endpoint;
      readonly payload: Piece;
      readonly sequence: number;
      readonly syn: boolean;
      readonly ends: boolean;
    }
  /** One part of an IPv4 packet. */
  | {
      readonly kind: 'fragment';
      readonly key: string;
      readonly start: number;
      readonly more: boolean;
      readonly payload: Piece;
      readonly ip: IpFacts;
    }
  /** A PDU without its carrier, by the name of its dissector. */
  | { readonly kind: 'pdu'; readonly protocol: string; readonly payload: Piece }
  | { readonly kind: 'other'; readonly what: string };

/** Both addresses and the protocol above. */
export interface IpFacts {
  readonly from: string;
  readonly to: string;
  readonly protocol: number;
}

const Link = {
  null: 0,
  ethernet: 1,
  raw: 12,
  rawIp: 101,
  loop: 108,
  sll: 113,
  ipv4: 228,
  ipv6: 229,
  upperPdu: 252,
  sll2: 276,
} as const;
const ETHER_IPV4 = 0x0800;
const ETHER_IPV6 = 0x86dd;
const VLAN: readonly number[] = [0x8100, 0x88a8, 0x9100];
const TCP = 6;
const UDP = 17;
/** Extension headers of IPv6 that are passed over. */
const EXTENSIONS: readonly number[] = [0, 43, 60];

/** What a frame carries; `other` names what is not looked into. */
export function packetOf(frame: Frame): Packet {
  const { octets, offset, linkType } = frame;
  const whole: Piece = { octets, offset };
  switch (linkType) {
    case Link.ethernet:
      return ethernet(whole, 12);
    case Link.sll:
      return byEtherType(u16(octets, 14), cut(whole, 16));
    case Link.sll2:
      return byEtherType(u16(octets, 0), cut(whole, 20));
    case Link.null:
    case Link.loop:
      return ip(cut(whole, 4));
    case Link.raw:
    case Link.rawIp:
    case Link.ipv4:
    case Link.ipv6:
      return ip(whole);
    case Link.upperPdu:
      return upperPdu(whole);
    default:
      return { kind: 'other', what: `link type ${linkType}` };
  }
}

function cut({ octets, offset }: Piece, from: number, to?: number): Piece {
  return { octets: octets.subarray(from, to), offset: offset + Math.min(from, octets.length) };
}

function ethernet(piece: Piece, typeAt: number): Packet {
  const type = u16(piece.octets, typeAt);
  // at most two tags
  if (VLAN.includes(type) && typeAt < 20) return ethernet(piece, typeAt + 4);
  return byEtherType(type, cut(piece, typeAt + 2));
}

function byEtherType(type: number, piece: Piece): Packet {
  return type === ETHER_IPV4 || type === ETHER_IPV6
    ? ip(piece)
    : { kind: 'other', what: `EtherType 0x${type.toString(16).padStart(4, '0')}` };
}

function ip(piece: Piece): Packet {
  const version = (piece.octets[0] ?? 0) >> 4;
  if (version === 4) return ipv4(piece);
  return version === 6 ? ipv6(piece) : { kind: 'other', what: `IP version ${version}` };
}

function ipv4(piece: Piece): Packet {
  const { octets } = piece;
  const header = ((octets[0] ?? 0) & 15) * 4;
  const total = u16(octets, 2);
  if (header < 20 || octets.length < header) return { kind: 'other', what: 'IPv4 cut short' };
  // behind the packet Ethernet pads; 0: the network card was to fill the length in
  const payload = cut(piece, header, total === 0 ? undefined : Math.max(header, total));
  const facts = { from: dotted(octets, 12), to: dotted(octets, 16), protocol: octets[9] ?? 0 };
  const flags = u16(octets, 6);
  const start = (flags & 0x1fff) * 8;
  const more = (flags & 0x2000) !== 0;
  if (start === 0 && !more) return transport(facts, payload);
  const key = `${facts.from} ${facts.to} ${facts.protocol} ${u16(octets, 4)}`;
  return { kind: 'fragment', key, start, more, payload, ip: facts };
}

function ipv6(piece: Piece): Packet {
  const { octets } = piece;
  if (octets.length < 40) return { kind: 'other', what: 'IPv6 cut short' };
  let protocol = octets[6] ?? 0;
  let at = 40;
  for (let left = 8; left > 0 && EXTENSIONS.includes(protocol); left -= 1) {
    protocol = octets[at] ?? 0;
    at += ((octets[at + 1] ?? 0) + 1) * 8;
  }
  const facts = { from: colons(octets, 8), to: colons(octets, 24), protocol };
  return transport(facts, cut(piece, at, Math.max(at, 40 + u16(octets, 4))));
}

/** What an IP packet carries. */
export function transport({ from, to, protocol }: IpFacts, piece: Piece): Packet {
  const { octets } = piece;
  const ends = { from: { address: from, port: u16(octets, 0) }, to: { address: to, port: u16(octets, 2) } };
  if (protocol === UDP && octets.length >= 8) {
    return { kind: 'udp', ...ends, payload: cut(piece, 8, Math.max(8, u16(octets, 4))) };
  }
  const header = ((octets[12] ?? 0) >> 4) * 4;
  if (protocol === TCP && header >= 20 && octets.length >= header) {
    const flags = octets[13] ?? 0;
    const [syn, ends_] = [(flags & 2) !== 0, (flags & 5) !== 0];
    return { kind: 'tcp', ...ends, payload: cut(piece, header), sequence: u32(octets, 4), syn, ends: ends_ };
  }
  return { kind: 'other', what: `IP protocol ${protocol}` };
}

const TAG_END = 0;
const TAG_NAMES: readonly number[] = [11, 12];

/** Tags (number, length, value), then the PDU. */
function upperPdu(piece: Piece): Packet {
  let protocol = '';
  let at = 0;
  for (; at + 4 <= piece.octets.length; ) {
    const [tag, length] = [u16(piece.octets, at), u16(piece.octets, at + 2)];
    if (TAG_NAMES.includes(tag)) {
      const name = Buffer.from(piece.octets.subarray(at + 4, at + 4 + length)).toString('latin1');
      protocol = name.replace(/\0+$/, '');
    }
    at += 4 + length;
    if (tag === TAG_END) break;
  }
  return { kind: 'pdu', protocol, payload: cut(piece, at) };
}

function dotted(octets: Uint8Array, at: number): string {
  return [...octets.subarray(at, at + 4)].join('.');
}

function colons(octets: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => u16(octets, at + i * 2).toString(16));
  return groups.join(':').replace(/(?:^|:)0(?::0)+(?:$|:)/, '::');
}
