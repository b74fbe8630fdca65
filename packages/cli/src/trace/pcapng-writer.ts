/** pcapng (draft-ietf-opsawg-pcapng): one section, one Ethernet interface, packets with comments. */
const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const LINKTYPE_ETHERNET = 1;
const Option = { end: 0, comment: 1, application: 4 } as const;

export class PcapngWriter {
  readonly #blocks: Buffer[] = [];

  constructor(application: string, comment: string) {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(BYTE_ORDER, 0);
    head.writeUInt16LE(1, 4);
    // the length of the section is not given
    head.fill(0xff, 8);
    this.#block(SECTION, head, options([Option.comment, comment], [Option.application, application]));
    const ethernet = Buffer.alloc(8);
    ethernet.writeUInt16LE(LINKTYPE_ETHERNET, 0);
    this.#block(INTERFACE, ethernet);
  }

  /** A frame at a time in milliseconds since the epoch. */
  packet(frame: Uint8Array, at: number, comment?: string): void {
    const head = Buffer.alloc(20);
    const micros = BigInt(Math.round(at * 1000));
    head.writeUInt32LE(Number(micros >> 32n), 4);
    head.writeUInt32LE(Number(micros & 0xffff_ffffn), 8);
    head.writeUInt32LE(frame.length, 12);
    head.writeUInt32LE(frame.length, 16);
    const rest = comment === undefined ? Buffer.alloc(0) : options([Option.comment, comment]);
    this.#block(ENHANCED_PACKET, head, aligned(frame), rest);
  }

  octets(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#blocks));
  }

  #block(type: number, ...parts: readonly Buffer[]): void {
    const body = Buffer.concat(parts);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length + 12);
    const head = Buffer.alloc(4);
    head.writeUInt32LE(type);
    this.#blocks.push(head, length, body, length);
  }
}

function options(...rows: readonly (readonly [number, string])[]): Buffer {
  const written = rows.map(([code, text]) => {
    const value = Buffer.from(text).subarray(0, 0xffff);
    const head = Buffer.alloc(4);
    head.writeUInt16LE(code, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, aligned(value)]);
  });
  return Buffer.concat([...written, Buffer.alloc(4)]);
}

function aligned(octets: Uint8Array): Buffer {
  return Buffer.concat([octets, Buffer.alloc((4 - (octets.length % 4)) % 4)]);
}
