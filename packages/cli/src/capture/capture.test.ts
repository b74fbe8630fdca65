import { gzipSync } from 'node:zlib';
import { encodePush, encodeSms } from '@fumarole/dm/notification';
import { describe, expect, it } from 'vitest';
import { decodeInput, failedIn } from '../decode/decode-input.ts';
import { type CapturedMessage, capturedMessages } from './captured-messages.ts';
import { contentParts } from './multipart-content.ts';
import { isCapture, readCapture } from './read-capture.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const T1 = hex('5211F9915482E027F079660B6FFAC89202D80000002A7F0E636F6D2E6578616D706C652E646D');
const PUSH = encodePush(T1);

type Write = 'writeUInt32LE' | 'writeUInt32BE';

/** A pcap file in either byte order. */
function pcap(
  frames: readonly Uint8Array[],
  linkType = 1,
  order: 'LE' | 'BE' = 'LE',
  nanos = false,
): Uint8Array {
  const write: Write = `writeUInt32${order}`;
  const head = Buffer.alloc(24);
  head[write](nanos ? 0xa1b23c4d : 0xa1b2c3d4, 0);
  head[write](65_535, 16);
  head[write](linkType, 20);
  const records = frames.map((octets, at) => {
    const record = Buffer.alloc(16);
    record[write](1_700_000_000 + at, 0);
    record[write](nanos ? 500_000_000 : 500_000, 4);
    record[write](octets.length, 8);
    record[write](octets.length, 12);
    return Buffer.concat([record, octets]);
  });
  return new Uint8Array(Buffer.concat([head, ...records]));
}

const ETHERNET = hex('020000000002 020000000001 0800');
const ethernet = (...parts: readonly Uint8Array[]) => Buffer.concat([ETHERNET, ...parts]);

function ipv4(protocol: number, payload: Uint8Array, fragment = 0, ends = 'C0000201C6336401'): Buffer {
  const head = Buffer.from(`450000000007000040000000${ends}`, 'hex');
  head.writeUInt16BE(20 + payload.length, 2);
  head.writeUInt16BE(fragment, 6);
  head[9] = protocol;
  return Buffer.concat([head, payload]);
}

function udp(payload: Uint8Array, port = 2948): Buffer {
  const head = Buffer.from('C002000000000000', 'hex');
  head.writeUInt16BE(port, 2);
  head.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([head, payload]);
}

const UP = 'C0000201C6336401';
const DOWN = 'C6336401C0000201';

function tcp(text: string | Uint8Array, sequence: number, way: 'up' | 'down' = 'up', flags = 0x18): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(way === 'up' ? 40_000 : 80, 0);
  head.writeUInt16BE(way === 'up' ? 80 : 40_000, 2);
  head.writeUInt32BE(sequence >>> 0, 4);
  head[12] = 0x50;
  head[13] = flags;
  const octets = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  return ethernet(ipv4(6, Buffer.concat([head, octets]), 0, way === 'up' ? UP : DOWN));
}

const messagesOf = (file: Uint8Array) => capturedMessages(readCapture(file)).messages;
const text = ({ content }: CapturedMessage) => Buffer.from(content.octets).toString('latin1');
/** Every octet is where it is said to be. */
function expectPlaces(file: Uint8Array, { content }: CapturedMessage): void {
  for (const [at, octet] of content.octets.entries()) expect(file[content.placeOf(at) ?? -1]).toBe(octet);
}

describe('files', () => {
  it.each([
    ['LE', false],
    ['BE', false],
    ['LE', true],
    ['BE', true],
  ] as const)('pcap, %s, nanoseconds: %s', (order, nanos) => {
    const file = pcap([ethernet(ipv4(17, udp(PUSH)))], 1, order, nanos);
    expect(isCapture(file)).toBe(true);
    const [message] = messagesOf(file);
    expect(message).toMatchObject({
      frame: 1,
      from: '192.0.2.1:49154',
      to: '198.51.100.1:2948',
      title: 'WAP push',
    });
    expect(message?.at).toBe(1_700_000_000_500);
  });

  it('a file that ends within a frame shows what came before, and says where', () => {
    const whole = pcap([ethernet(ipv4(17, udp(PUSH))), ethernet(ipv4(17, udp(PUSH)))]);
    const { frames, failure } = readCapture(whole.subarray(0, whole.length - 10));
    expect(frames).toHaveLength(1);
    expect(failure).toMatchObject({ reason: 'frame 2 ends behind the file' });
    const decoding = decodeInput(
      { octets: whole.subarray(0, whole.length - 10), form: 'raw', cut: false },
      undefined,
    );
    expect(decoding.parts).toHaveLength(1);
    expect(failedIn(decoding)).toBe(true);
  });

  it('no prefix of a file throws, or is silent', () => {
    const file = pcap([tcp('POST /dm HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc', 1)]);
    for (let length = 0; length < file.length; length += 1) {
      const decoding = decodeInput({ octets: file.subarray(0, length), form: 'raw', cut: false }, undefined);
      // up to the first frame a capture is empty, and whole
      if (length !== 24) expect(failedIn(decoding), String(length)).toBe(true);
    }
  });
});

describe('links', () => {
  const ip = ipv4(17, udp(PUSH));
  it.each([
    ['Ethernet with a VLAN tag', 1, Buffer.concat([hex('020000000002 020000000001 8100 0005 0800'), ip])],
    ['raw IP', 101, ip],
    ['loopback', 0, Buffer.concat([hex('02000000'), ip])],
    ['Linux cooked', 113, Buffer.concat([Buffer.alloc(14), hex('0800'), ip])],
    ['Linux cooked 2', 276, Buffer.concat([hex('0800'), Buffer.alloc(18), ip])],
  ])('%s', (_name, linkType, frame) => {
    const file = pcap([frame], linkType);
    const [message] = messagesOf(file);
    expect(message?.content.octets).toEqual(PUSH);
    if (message !== undefined) expectPlaces(file, message);
  });

  it('IPv6 with an extension header', () => {
    const payload = Buffer.concat([hex('1100000000000000'), udp(PUSH)]);
    const head = Buffer.from(
      `6000000000000040${'20010db8'.padEnd(30, '0')}01${'20010db8'.padEnd(30, '0')}02`,
      'hex',
    );
    head.writeUInt16BE(payload.length, 4);
    const [message] = messagesOf(
      pcap([Buffer.concat([hex('020000000002 020000000001 86DD'), head, payload])]),
    );
    expect(message).toMatchObject({ from: '[2001:db8::1]:49154', to: '[2001:db8::2]:2948' });
  });

  it('fragments in any order are one datagram', () => {
    const datagram = udp(encodePush(new Uint8Array([...T1, ...new Uint8Array(100)])));
    const frames = [
      ethernet(ipv4(17, datagram.subarray(64), 8)),
      ethernet(ipv4(17, datagram.subarray(0, 64), 0x2000)),
    ];
    expect(messagesOf(pcap(frames))[0]?.content.octets).toHaveLength(datagram.length - 8);
  });

  it('what is not looked into is counted, and said', () => {
    const { passedOver } = capturedMessages(
      readCapture(pcap([hex('020000000002 020000000001 0806 0001'), ethernet(ipv4(17, udp(PUSH, 53)))])),
    );
    expect([...passedOver]).toEqual([
      ['EtherType 0x0806', 1],
      ['UDP to port 53', 1],
    ]);
  });
});

describe('streams', () => {
  const request =
    'POST /dm HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Length: 12\r\n\r\nhello, world';
  const pieces = [request.slice(0, 30), request.slice(30, 60), request.slice(60)];
  const sequences = [1001, 1031, 1061];
  const segments = pieces.map((piece, at) => tcp(piece, sequences[at] ?? 0));
  const syn = tcp('', 1000, 'up', 2);

  it.each([
    ['in order', [0, 1, 2]],
    ['out of order', [2, 0, 1]],
    ['repeated', [0, 0, 1, 2, 1]],
  ])('segments %s', (_name, order) => {
    const file = pcap([syn, ...order.flatMap((at) => segments[at] ?? [])]);
    const [message, ...more] = messagesOf(file);
    expect(message).toMatchObject({ title: 'POST /dm HTTP/1.1', carrier: 'HTTP' });
    expect(message && text(message)).toBe('hello, world');
    if (message !== undefined) expectPlaces(file, message);
    expect(more).toEqual([]);
  });

  it('overlapping segments, over the end of the sequence numbers', () => {
    const start = 0xffff_ffe0;
    const frames = [
      tcp('', start - 1, 'up', 2),
      tcp(request.slice(0, 60), start),
      tcp(request.slice(50), start + 50),
    ];
    expect(messagesOf(pcap(frames)).map(text)).toEqual(['hello, world']);
  });

  it('a lost segment is said, and reading goes on at the next message', () => {
    const found = messagesOf(
      pcap(
        [syn, segments[0] ?? '', segments[2] ?? '', tcp(request, 1000 + request.length + 1)].map((one) =>
          Buffer.from(one),
        ),
      ),
    );
    expect(found.map(({ fault }) => fault)).toEqual([
      'the headers do not end in the capture',
      expect.stringMatching(/^30 octets before them are not in the capture; \d+ octets that are neither/),
      undefined,
    ]);
  });

  it('chunked and compressed content, answers to HEAD and without a length', () => {
    const packed = gzipSync('<a/>');
    const chunks = Buffer.concat([
      Buffer.from('5\r\n'),
      packed.subarray(0, 5),
      Buffer.from(`\r\n${(packed.length - 5).toString(16)};x=y\r\n`),
      packed.subarray(5),
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    const answers = Buffer.concat([
      Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n'),
      Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n'),
      chunks,
      Buffer.from('HTTP/1.1 200 OK\r\n\r\nto the end'),
    ]);
    const asked = 'HEAD /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n';
    const found = messagesOf(pcap([tcp(asked, 1), tcp(answers, 1, 'down')]));
    expect(found.filter(({ title }) => title.startsWith('HTTP')).map(text)).toEqual([
      '',
      '<a/>',
      'to the end',
    ]);
    expect(found.filter(({ fault }) => fault !== undefined)).toEqual([]);
  });

  it('content that is not all there, TLS, and what is neither are told', () => {
    const faults = (octets: string | Uint8Array) =>
      messagesOf(pcap([tcp(octets, 1)])).map(({ fault }) => fault);
    expect(faults('POST /dm HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc')).toEqual([
      '6 of 9 octets are not in the capture',
    ]);
    expect(faults(hex('160301000500000000'))).toEqual([
      'TLS: what is inside can not be read without its keys',
    ]);
    expect(faults('SSH-2.0-x\r\n')).toEqual(['11 octets that are neither HTTP nor SMPP']);
  });

  it('a push proxy gateway’s multipart shows its parts', () => {
    const body = `--b\r\nContent-Type: application/xml\r\n\r\n<pap/>\r\n--b\r\nContent-Type: application/vnd.syncml.notification\r\n\r\n${Buffer.from(T1).toString('latin1')}\r\n--b--\r\n`;
    const file = pcap([
      tcp(
        `POST /pap HTTP/1.1\r\nContent-Type: multipart/related; boundary="b"; type="application/xml"\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        1,
      ),
    ]);
    const { parts = [] } = decodeInput({ octets: file, form: 'raw', cut: false }, undefined);
    expect(parts.map(({ decoding }) => decoding?.report.formats)).toEqual([
      undefined,
      ['XML'],
      ['package 0'],
    ]);
    expect(contentParts({ octets: T1, placeOf: () => 0 }, 'text/plain')).toBeUndefined();
  });
});

describe('short messages', () => {
  it('SMPP: user data of submit_sm, in parts put together', () => {
    const long = encodePush(new Uint8Array([...T1, ...new Uint8Array(200)]));
    const pdu = (userData: Uint8Array) => {
      const body = Buffer.concat([
        hex('00 0101'),
        Buffer.from('100\0'),
        hex('0101'),
        Buffer.from('31600\0'),
        hex('40 00 00 00 00 00 00 04 00'),
        Buffer.of(userData.length),
        userData,
      ]);
      const head = Buffer.from('00000000000000040000000000000001', 'hex');
      head.writeUInt32BE(16 + body.length, 0);
      return Buffer.concat([head, body]);
    };
    const file = pcap([tcp(Buffer.concat(encodeSms(long, 3).map(pdu)), 1)]);
    const found = messagesOf(file);
    expect(found.map(({ carrier, title }) => `${carrier} ${title}`)).toEqual([
      'SMPP submit_sm',
      'SMPP submit_sm',
      'SMS WAP push, put together from its parts; ports 49154 → 2948',
    ]);
    expect(found[0]).toMatchObject({ from: '100', to: '31600' });
    expect(found[2]?.content.octets).toEqual(long);
    const { parts = [] } = decodeInput({ octets: file, form: 'raw', cut: false }, undefined);
    expect(parts[2]?.decoding?.report.formats).toEqual(['WAP push', 'package 0']);
  });

  it('a TPDU that Wireshark exported', () => {
    const [userData = new Uint8Array()] = encodeSms(PUSH, 1);
    const tpdu = Buffer.concat([
      hex('44 0B911346610089F6 00 04 42108250400040'),
      Buffer.of(userData.length),
      userData,
    ]);
    const frame = Buffer.concat([hex('000C 0008'), Buffer.from('gsm_sms\0'), hex('00000000'), tpdu]);
    const { parts = [] } = decodeInput({ octets: pcap([frame], 252), form: 'raw', cut: false }, undefined);
    expect(parts[0]?.decoding?.report.formats).toEqual(['SMS PDU', 'SMS user data', 'WAP push', 'package 0']);
    expect(parts[0]?.decoding?.report.failure).toBeUndefined();
  });
});
