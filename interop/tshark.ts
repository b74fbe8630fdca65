/** Octets through Wireshark's dissectors: packets are made around them, `tshark` tells what it saw. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TSHARK_MS = 60_000;
const MAX_OUTPUT = 16 * 1024 * 1024;

/** How octets travel; the number is the link type of the capture file. */
export type Carrier =
  | { readonly kind: 'udp'; readonly port: number }
  | { readonly kind: 'tcp'; readonly port: number; readonly dissector: string }
  /** An SMS-DELIVER on its own. */
  | { readonly kind: 'sms' };

const RAW_IP = 101;
const USER_0 = 147;
const TCP = 6;
const UDP = 17;

/** The verbose tree of each packet, in their order. @throws Error when tshark is not installed */
export async function dissect(carrier: Carrier, packets: readonly Uint8Array[]): Promise<readonly string[]> {
  const link = carrier.kind === 'sms' ? USER_0 : RAW_IP;
  return dissectCapture(capture(link, framed(carrier, packets)), options(carrier));
}

/** The same of a whole capture file. */
export async function dissectCapture(
  octets: Uint8Array,
  more: readonly string[] = [],
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fumarole-tshark-'));
  try {
    const file = join(folder, 'packets.pcap');
    await writeFile(file, octets);
    const { stdout } = await promisify(execFile)('tshark', ['-n', '-r', file, '-V', ...more], {
      timeout: TSHARK_MS,
      maxBuffer: MAX_OUTPUT,
      env: { ...process.env, HOME: folder },
    }).catch((error: NodeJS.ErrnoException) => {
      const remedy = 'tshark is not installed: apt-get install tshark';
      throw error.code === 'ENOENT' ? new Error(remedy, { cause: error }) : error;
    });
    return stdout.split(/^(?=Frame \d+:)/m).filter((text) => text.startsWith('Frame'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function options(carrier: Carrier): readonly string[] {
  if (carrier.kind === 'sms') return ['-o', 'uat:user_dlts:"User 0 (DLT=147)","gsm_sms","0","","0",""'];
  return carrier.kind === 'tcp' ? ['-d', `tcp.port==${carrier.port},${carrier.dissector}`] : [];
}

function framed(carrier: Carrier, packets: readonly Uint8Array[]): readonly Uint8Array[] {
  let sequence = 1;
  return packets.map((octets) => {
    if (carrier.kind === 'sms') return octets;
    if (carrier.kind === 'udp') return ip(UDP, udp(carrier.port, octets));
    const segment = ip(TCP, tcp(carrier.port, sequence, octets));
    sequence += octets.length;
    return segment;
  });
}

function capture(link: number, packets: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32BE(0xa1b2c3d4, 0);
  head.writeUInt32BE(0x00020004, 4);
  head.writeUInt32BE(65_535, 16);
  head.writeUInt32BE(link, 20);
  const records = packets.flatMap((octets, at) => {
    const record = Buffer.alloc(16);
    record.writeUInt32BE(1_767_225_600 + at, 0);
    record.writeUInt32BE(octets.length, 8);
    record.writeUInt32BE(octets.length, 12);
    return [record, octets];
  });
  return Buffer.concat([head, ...records]);
}

/** From 192.0.2.1 to 192.0.2.2; checksums are left out, which tshark does not mind. */
function ip(protocol: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(20);
  head.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
  head.writeUInt16BE(20 + payload.length, 2);
  return Buffer.concat([head, payload]);
}

function udp(port: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(49_154, 0);
  head.writeUInt16BE(port, 2);
  head.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([head, payload]);
}

function tcp(port: number, sequence: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(49_154, 0);
  head.writeUInt16BE(port, 2);
  head.writeUInt32BE(sequence, 4);
  head.set([0x50, 0x18, 0xff, 0xff], 12);
  return Buffer.concat([head, payload]);
}
