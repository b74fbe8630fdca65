import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePush, encodeSms, parseSmsDeliver, parseSmsUserData, SmsReassembly } from './index.ts';

const hex = (octets: Uint8Array | undefined) =>
  Buffer.from(octets ?? [])
    .toString('hex')
    .toUpperCase();
const octets = (text: string) => new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const filled = (length: number, seed = 0) => Uint8Array.from({ length }, (_, at) => (at * 7 + seed) & 0xff);
// notification §1.6
const T1 = octets('5211F9915482E027F079660B6FFAC892 02D80000002A7F0E636F6D2E6578616D706C652E646D');
// notification §1.6 T4, as captured
const T4 = octets(
  '0605040B840B84 55060401C4AF87 2DE46143016A29441C325FEE961FE50F 02F80000009E7213 57415645434F4D2D52444D532D534552564552',
);

describe('user data', () => {
  it('N-053: T1 takes one message of 51 octets', () => {
    const messages = encodeSms(encodePush(T1), 1);
    expect(messages.map(hex)).toEqual([`0605040B84C002010603C4AF87${hex(T1)}`]);
    expect(messages[0]).toHaveLength(51);
  });

  it.each([
    1, 132, 133, 134, 256, 257, 2000, 32_640,
  ])('N-053 N-054: %i octets leave in parts of at most 140', (length) => {
    const datagram = filled(length);
    const messages = encodeSms(datagram, 0x2a);
    expect(messages).toHaveLength(length <= 133 ? 1 : Math.ceil(length / 128));
    expect(Math.max(...messages.map((message) => message.length))).toBeLessThanOrEqual(140);
    const parts = messages.map((message) => parseSmsUserData(message));
    expect(parts.every((part) => part?.destinationPort === 2948)).toBe(true);
    expect(Buffer.concat(parts.map((part) => part?.data ?? new Uint8Array()))).toEqual(Buffer.from(datagram));
    if (length > 133) {
      const total = messages.length;
      expect(parts[total - 1]?.part).toEqual({ reference: 0x2a, wide: false, total, sequence: total });
      expect(hex(messages[0]?.subarray(0, 12))).toBe(`0B05040B84C00200032A${hex(Uint8Array.of(total))}01`);
    }
  });

  it('more than 255 parts are refused', () => {
    expect(() => encodeSms(filled(255 * 128 + 1), 1)).toThrow(RangeError);
  });

  it('N-057: the headers of the lower layers take at most 48 octets', () => {
    const push = encodePush(T1);
    const wsp = push.length - T1.length;
    for (const message of [encodeSms(push, 1)[0], encodeSms(filled(200), 1)[0]]) {
      expect(1 + (message?.[0] ?? 0) + wsp).toBeLessThanOrEqual(48);
    }
    expect(wsp).toBe(6);
  });

  it('reads the captured T4, and elements in any order with unknown ones between', () => {
    expect(parseSmsUserData(T4)).toEqual({ destinationPort: 2948, sourcePort: 2948, data: T4.slice(7) });
    expect(parseSmsUserData(octets('0F 70 01 AA 08 04 01 02 03 02 05 04 0B 84 23 F0 FF'))).toEqual({
      destinationPort: 2948,
      sourcePort: 0x23f0,
      part: { reference: 0x0102, wide: true, total: 3, sequence: 2 },
      data: Uint8Array.of(0xff),
    });
  });

  it.each([
    ['nothing', ''],
    ['no ports', '03 70 01 AA FF'],
    ['a header that runs out', '06 05 04 0B 84'],
    ['an element that runs out', '06 05 09 0B 84 C0 02 01'],
    ['a part beyond the last', '0B 05 04 0B 84 C0 02 00 03 01 02 03 FF'],
    ['part 0', '0B 05 04 0B 84 C0 02 00 03 01 02 00 FF'],
    ['part 1 of 0', '0B 05 04 0B 84 C0 02 00 03 01 00 01 FF'],
    ['more than fits a message', `06 05 04 0B 84 C0 02 ${'00'.repeat(134)}`],
  ])('%s is no datagram', (_, text) => {
    expect(parseSmsUserData(octets(text))).toBeUndefined();
  });

  it('reads any octets without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (userData) => {
        parseSmsUserData(userData);
        parseSmsDeliver(userData, { smsc: true });
        new SmsReassembly().add('', userData, 0);
      }),
    );
  });
});

describe('reassembly', () => {
  const first = filled(300, 1);
  const second = filled(300, 2);
  const whole = (data: Uint8Array) => ({ destinationPort: 2948, sourcePort: 0xc002, data });
  const [a1 = T1, a2 = T1, a3 = T1] = encodeSms(first, 7);
  const [b1 = T1, b2 = T1, b3 = T1] = encodeSms(second, 8);

  it('N-054: in any order, with duplicates, several references and senders interleaved', () => {
    const inbox = new SmsReassembly();
    const add = (from: string, ...messages: readonly Uint8Array[]) =>
      messages.map((message) => inbox.add(from, message, 0));
    expect(add('+1', a3, a3, b2, a1, b3)).toEqual(Array(5).fill('waiting'));
    expect(add('+2', a2)).toEqual(['waiting']);
    expect(add('+1', a2, b1)).toEqual([whole(first), whole(second)]);
    expect(add('+1', a2)).toEqual(['waiting']);
  });

  it('N-054: an incomplete set times out', () => {
    const inbox = new SmsReassembly();
    for (const part of [a1, a2]) inbox.add('+1', part, 0);
    expect(inbox.add('+1', a3, 600_001)).toBe('waiting');
    expect(inbox.add('+1', a1, 600_002)).toBe('waiting');
    expect(inbox.add('+1', a2, 1_200_001)).toEqual(whole(first));
  });

  it('N-054: first parts without end push out the oldest, and nothing else', () => {
    const inbox = new SmsReassembly();
    inbox.add('+1', a1, 0);
    for (let reference = 20; reference < 35; reference += 1)
      inbox.add('+9', encodeSms(filled(300), reference)[0] ?? a1, 0);
    inbox.add('+1', a2, 0);
    expect(inbox.add('+1', a3, 0)).toEqual(whole(first));
    inbox.add('+1', a1, 0);
    for (let reference = 40; reference < 60; reference += 1)
      inbox.add('+9', encodeSms(filled(300), reference)[0] ?? a1, 0);
    inbox.add('+1', a2, 0);
    expect(inbox.add('+1', a3, 0)).toBe('waiting');
  });

  it('a message that is whole goes through at once', () => {
    expect(new SmsReassembly().add('+1', T4, 0)).toMatchObject({ data: T4.slice(7) });
    expect(new SmsReassembly().add('+1', T1, 0)).toBeUndefined();
  });
});

describe('SMS-DELIVER', () => {
  const tpdu = `44 0C 91 947110325476 00 F5 62118221436500 33 ${hex(encodeSms(encodePush(T1), 1)[0])}`;

  it('gives sender and user data, with and without the service centre', () => {
    const expected = { from: '+491701234567', userData: encodeSms(encodePush(T1), 1)[0] };
    expect(parseSmsDeliver(octets(tpdu), { smsc: false })).toEqual(expected);
    expect(parseSmsDeliver(octets(`08 91 947110325476F8 ${tpdu}`), { smsc: true })).toEqual(expected);
    expect(parseSmsDeliver(octets(`00 ${tpdu.replace(' F5 ', ' 04 ')}`), { smsc: true })).toEqual(expected);
  });

  it.each([
    ['a submit', tpdu.replace('44', '45')],
    ['no header', tpdu.replace('44', '04')],
    ['7-bit text', tpdu.replace(' F5 ', ' 00 ')],
    ['UCS-2', tpdu.replace(' F5 ', ' 08 ')],
    ['another length', tpdu.replace(' 33 ', ' 32 ')],
    ['an endless address', tpdu.replace('0C', 'FF')],
    ['a cut one', tpdu.slice(0, 40)],
  ])('%s is not taken', (_, text) => {
    expect(parseSmsDeliver(octets(text), { smsc: false })).toBeUndefined();
  });
});
