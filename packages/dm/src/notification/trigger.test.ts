import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountDigest } from '../auth/index.ts';
import type { Digests } from '../ports.ts';
import {
  encodePush,
  encodeTrigger,
  type ParsedTrigger,
  parsePush,
  parseTrigger,
  type Trigger,
  triggerOctets,
  verifyTrigger,
} from './index.ts';

const hash =
  (name: string) =>
  (...chunks: readonly Uint8Array[]) => {
    const hasher = createHash(name);
    for (const chunk of chunks) hasher.update(chunk);
    return new Uint8Array(hasher.digest());
  };
const digests: Digests = { md5: hash('md5'), sha256: hash('sha256') };
const hex = (octets: Uint8Array | undefined) =>
  Buffer.from(octets ?? [])
    .toString('hex')
    .toUpperCase();
const octets = (text: string) => new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

// notification §1.6
const a = accountDigest(digests, 'com.example.dm', 'srv-Pa55-0001');
const key = { a, nonce: ascii('SrvNonce-0000001') };
const t1: Trigger = {
  uiMode: 'background',
  initiator: 'server',
  sessionId: 0x2a7f,
  serverId: 'com.example.dm',
};
const T1 = '5211F9915482E027F079660B6FFAC89202D80000002A7F0E636F6D2E6578616D706C652E646D';

function parsed(message: Uint8Array): ParsedTrigger {
  const trigger = parseTrigger(message);
  if (trigger === undefined) throw new Error('discarded');
  return trigger;
}

describe('vectors', () => {
  it('N-001 N-040: T1 is built from the A value, trigger and digest octet by octet', () => {
    expect(a).toBe('5ObkVrtcR1cyChSVQlXiNg==');
    expect(hex(triggerOctets(t1))).toBe('02D80000002A7F0E636F6D2E6578616D706C652E646D');
    expect(hex(encodeTrigger(t1, key, digests))).toBe(T1);
  });

  it('N-002: T2 has the two digests of the resync nonce', () => {
    const digest = (nonce: Uint8Array) => hex(encodeTrigger(t1, { a, nonce }, digests)).slice(0, 32);
    expect(digest(new Uint8Array(4))).toBe('2CD26636BBE3252413FC6505A7B28E47');
    expect(digest(ascii('0x00000000'))).toBe('5337B369AC33FCA7C95CD19D8D550A09');
  });

  it('N-003: the header of T3', () => {
    const t3: Trigger = { ...t1, initiator: 'client', sessionId: 0x1234, serverId: 'com.mgmtsrv.manage' };
    expect(hex(triggerOctets(t3).subarray(0, 8))).toBe('02D0000000123412');
    expect(triggerOctets(t3)).toHaveLength(26);
  });

  it('N-004: T4, captured from a deployed server, is found behind its longer WSP header', () => {
    const pdu = octets(
      '55060401C4AF87 2DE46143016A29441C325FEE961FE50F 02F80000009E7213 57415645434F4D2D52444D532D534552564552',
    );
    expect(parsed(parsePush(pdu) ?? new Uint8Array())).toMatchObject({
      version: 11,
      uiMode: 'interactive',
      initiator: 'server',
      sessionId: 0x9e72,
      serverId: 'WAVECOM-RDMS-SERVER',
      digest: octets('2DE46143016A29441C325FEE961FE50F'),
    });
  });

  it('N-050: the push PDU of T1', () => {
    expect(hex(encodePush(octets(T1)))).toBe(`010603C4AF87${T1}`);
  });
});

describe('trigger', () => {
  it.each([
    ['none', 0xc0],
    ['background', 0xd0],
    ['informative', 0xe0],
    ['interactive', 0xf0],
  ] as const)('N-005 N-006: ui-mode %s is octet 1 %i, plus 8 for the server, version 11 before it', (uiMode, octet) => {
    for (const initiator of ['client', 'server'] as const) {
      const message = encodeTrigger({ ...t1, uiMode, initiator }, key, digests);
      expect([message[16], message[17]]).toEqual([2, octet + (initiator === 'server' ? 8 : 0)]);
      expect(parsed(message)).toMatchObject({ uiMode, initiator });
    }
  });

  it('N-006: version 10 is taken under a setting only, any other never', () => {
    const old = octets(T1);
    old[17] = ((old[17] ?? 0) & 0x3f) | 0x80; // 10 = 0000001010
    expect(parseTrigger(old)).toBeUndefined();
    expect(parseTrigger(old, { acceptVersion10: true })?.version).toBe(10);
    old[16] = 3;
    expect(parseTrigger(old, { acceptVersion10: true })).toBeUndefined();
  });

  it('N-007: session id 0 and identifiers of 0 or 256 octets are refused, and discarded when received', () => {
    for (const bad of [
      { sessionId: 0 },
      { sessionId: 65_536 },
      { serverId: '' },
      { serverId: 'x'.repeat(256) },
    ]) {
      expect(() => encodeTrigger({ ...t1, ...bad }, key, digests)).toThrow(RangeError);
    }
    const noSession = octets(T1);
    noSession.fill(0, 21, 23);
    expect(parseTrigger(noSession)).toBeUndefined();
    const noIdentifier = octets(T1);
    noIdentifier[23] = 0;
    expect(parseTrigger(noIdentifier)).toBeUndefined();
  });

  it('N-008: future-use bits mean nothing and are covered by the digest', () => {
    const message = octets(T1);
    message[19] = 0xff;
    expect(parsed(message)).toMatchObject({ sessionId: 0x2a7f, uiMode: 'background' });
    expect(verifyTrigger(parsed(message), key, digests)).toBeUndefined();
    message.set(digests.md5(ascii(`${a}:SrvNonce-0000001:${md5Text(message.subarray(16))}`)));
    expect(verifyTrigger(parsed(message), key, digests)).toBe('nonce');
  });

  it('N-009: a vendor body is carried, covered and handed out', () => {
    const message = encodeTrigger({ ...t1, vendorBody: Uint8Array.of(1, 2, 0) }, key, digests);
    expect(parsed(message).vendorBody).toEqual(Uint8Array.of(1, 2, 0));
    expect(verifyTrigger(parsed(message), key, digests)).toBe('nonce');
    message[message.length - 1] = 9;
    expect(verifyTrigger(parsed(message), key, digests)).toBeUndefined();
  });

  it('N-010: a message cut anywhere is discarded', () => {
    const message = octets(T1);
    for (let length = 0; length < message.length; length += 1) {
      expect(parseTrigger(message.slice(0, length))).toBeUndefined();
    }
  });

  it('N-011: any single flipped bit is discarded', () => {
    for (let bit = 0; bit < octets(T1).length * 8; bit += 1) {
      const message = octets(T1);
      message[bit >> 3] = (message[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const trigger = parseTrigger(message);
      expect(trigger && verifyTrigger(trigger, key, digests, { resync: true })).toBeUndefined();
    }
  });

  it('N-012: the length of the identifier counts UTF-8 octets', () => {
    const message = encodeTrigger({ ...t1, serverId: 'größe' }, key, digests);
    expect(message[23]).toBe(7);
    expect(parsed(message).serverId).toBe('größe');
  });

  it('N-026: a nonce with 00 and FF octets works', () => {
    const odd = { a, nonce: Uint8Array.of(0, 0xff, 0x3a, 0, 0x80) };
    expect(verifyTrigger(parsed(encodeTrigger(t1, odd, digests)), odd, digests)).toBe('nonce');
  });

  it('N-027: the resync nonce counts in both forms when enabled, and not otherwise', () => {
    const octetForm = parsed(encodeTrigger(t1, { a, nonce: new Uint8Array(4) }, digests));
    const asciiForm = parsed(encodeTrigger(t1, { a, nonce: ascii('0x00000000') }, digests));
    expect(verifyTrigger(octetForm, key, digests, { resync: true })).toBe('resync-octets');
    expect(verifyTrigger(asciiForm, key, digests, { resync: true })).toBe('resync-ascii');
    expect(verifyTrigger(octetForm, key, digests)).toBeUndefined();
  });

  it('reads any octets without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (message) => {
        const trigger = parseTrigger(message, { acceptVersion10: true });
        return trigger === undefined || trigger.triggerOctets.length === message.length - 16;
      }),
    );
  });

  it('comes back as it was sent', () => {
    const triggers = fc.record({
      uiMode: fc.constantFrom(
        'none' as const,
        'background' as const,
        'informative' as const,
        'interactive' as const,
      ),
      initiator: fc.constantFrom('client' as const, 'server' as const),
      sessionId: fc.integer({ min: 1, max: 65_535 }),
      serverId: fc.stringMatching(/^[!-~]{1,60}$/),
    });
    fc.assert(
      fc.property(triggers, (trigger) => {
        const message = encodeTrigger(trigger, key, digests);
        expect(parsed(parsePush(encodePush(message)) ?? message)).toMatchObject(trigger);
        expect(verifyTrigger(parsed(message), key, digests)).toBe('nonce');
      }),
    );
  });
});

function md5Text(data: Uint8Array): string {
  return Buffer.from(digests.md5(data)).toString('base64');
}
