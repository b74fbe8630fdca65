/** Files of tcpdump and Wireshark: pcap in both byte orders and resolutions, pcapng with any number of interfaces. */
import { MAX_FRAMES } from './limits.ts';
import { u16, u32 } from './octets.ts';

export interface Frame {
  /** From 1, as Wireshark counts. */
  readonly number: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
  readonly linkType: number;
  readonly octets: Uint8Array;
  /** First octet in the file. */
  readonly offset: number;
  /** Octets on the wire; more than there are when the capture cut the frame. */
  readonly wireLength: number;
}

export interface Capture {
  readonly format: 'pcap' | 'pcapng';
  readonly frames: readonly Frame[];
  /** Where and why reading stopped early. */
  readonly failure?: { readonly offset: number; readonly reason: string };
}

const PCAP_MAGIC: Readonly<Record<number, { readonly little: boolean; readonly perSecond: number }>> = {
  2712847316: { little: false, perSecond: 1e6 }, // a1b2c3d4
  3569595041: { little: true, perSecond: 1e6 }, // d4c3b2a1
  2712812621: { little: false, perSecond: 1e9 }, // a1b23c4d
  1295823521: { little: true, perSecond: 1e9 }, // 4d3cb2a1
};
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const Block = { interface: 1, simple: 3, enhanced: 6 } as const;
const TIME_RESOLUTION = 9;

export function isCapture(octets: Uint8Array): boolean {
  const magic = u32(octets, 0);
  if (magic === SECTION) return octets.length >= 12 && byteOrder(octets, 8) !== undefined;
  return octets.length >= PCAP_HEADER && PCAP_MAGIC[magic] !== undefined;
}

/** Every frame up to the first that can not be read. Never throws. */
export function readCapture(octets: Uint8Array): Capture {
  return u32(octets, 0) === SECTION ? readPcapng(octets) : readPcap(octets);
}

function readPcap(octets: Uint8Array): Capture {
  const { little, perSecond } = PCAP_MAGIC[u32(octets, 0)] ?? { little: false, perSecond: 1e6 };
  // the upper bits say whether a checksum follows each frame
  const linkType = u32(octets, 20, little) & 0x0fff_ffff;
  const frames: Frame[] = [];
  let at = PCAP_HEADER;
  while (at < octets.length && frames.length < MAX_FRAMES) {
    const length = u32(octets, at + 8, little);
    const start = at + RECORD_HEADER;
    if (start + length > octets.length) {
      return {
        format: 'pcap',
        frames,
        failure: { offset: at, reason: `frame ${frames.length + 1} ends behind the file` },
      };
    }
    const seconds = u32(octets, at, little) + u32(octets, at + 4, little) / perSecond;
    frames.push({
      number: frames.length + 1,
      at: instant(seconds * 1000),
      linkType,
      octets: octets.subarray(start, start + length),
      offset: start,
      wireLength: u32(octets, at + 12, little),
    });
    at = start + length;
  }
  return { format: 'pcap', frames, ...tooMany(at, octets) };
}

interface Interface {
  readonly linkType: number;
  readonly perSecond: number;
}

function readPcapng(octets: Uint8Array): Capture {
  const frames: Frame[] = [];
  let interfaces: Interface[] = [];
  let little = false;
  let at = 0;
  const failed = (reason: string): Capture => ({ format: 'pcapng', frames, failure: { offset: at, reason } });
  while (at < octets.length && frames.length < MAX_FRAMES) {
    const isSection = u32(octets, at) === SECTION;
    if (isSection) {
      const order = byteOrder(octets, at + 8);
      if (order === undefined) return failed('a section without byte order');
      little = order;
      interfaces = [];
    }
    const length = u32(octets, at + 4, little);
    if (length < 12 || length % 4 !== 0 || at + length > octets.length)
      return failed('a block that ends behind the file');
    const body = octets.subarray(at + 8, at + length - 4);
    const type = isSection ? SECTION : u32(octets, at, little);
    if (type === Block.interface) interfaces.push(readInterface(body, little));
    if (type === Block.enhanced || type === Block.simple) {
      const frame =
        type === Block.enhanced ? enhanced(body, little, interfaces) : simple(body, little, interfaces);
      if (frame === undefined)
        return failed(`frame ${frames.length + 1} does not fit its block or names no interface`);
      frames.push({ ...frame, number: frames.length + 1, offset: at + 8 + frame.offset });
    }
    at += length;
  }
  return { format: 'pcapng', frames, ...tooMany(at, octets) };
}

function byteOrder(octets: Uint8Array, at: number): boolean | undefined {
  if (u32(octets, at) === BYTE_ORDER) return false;
  return u32(octets, at, true) === BYTE_ORDER ? true : undefined;
}

function readInterface(body: Uint8Array, little: boolean): Interface {
  let perSecond = 1e6;
  for (let at = 8; at + 4 <= body.length; ) {
    const [code, length] = [u16(body, at, little), u16(body, at + 2, little)];
    const value = body[at + 4] ?? 6;
    if (code === TIME_RESOLUTION)
      perSecond = (value & 0x80) === 0 ? 10 ** Math.min(value, 18) : 2 ** Math.min(value & 0x7f, 62);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { linkType: u16(body, 0, little), perSecond };
}

function enhanced(
  body: Uint8Array,
  little: boolean,
  interfaces: readonly Interface[],
): Omit<Frame, 'number'> | undefined {
  const of = interfaces[u32(body, 0, little)];
  const length = u32(body, 12, little);
  if (of === undefined || 20 + length > body.length) return undefined;
  const ticks = u32(body, 4, little) * 2 ** 32 + u32(body, 8, little);
  return {
    at: instant((ticks / of.perSecond) * 1000),
    linkType: of.linkType,
    octets: body.subarray(20, 20 + length),
    offset: 20,
    wireLength: u32(body, 16, little),
  };
}

function simple(
  body: Uint8Array,
  little: boolean,
  [of]: readonly Interface[],
): Omit<Frame, 'number'> | undefined {
  if (of === undefined || body.length < 4) return undefined;
  const wireLength = u32(body, 0, little);
  const octets = body.subarray(4, 4 + Math.min(wireLength, body.length - 4));
  return { at: 0, linkType: of.linkType, octets, offset: 4, wireLength };
}

/** A time that a calendar has; others are as good as none. */
function instant(milliseconds: number): number {
  return milliseconds < 8.64e15 ? milliseconds : 0;
}

function tooMany(at: number, octets: Uint8Array): Pick<Capture, 'failure'> {
  return at < octets.length ? { failure: { offset: at, reason: `more than ${MAX_FRAMES} frames` } } : {};
}
