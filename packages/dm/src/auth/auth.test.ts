import { nodeDigests, seededRandom } from '@fumarole/testkit/pair';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accountDigest,
  basicCredential,
  decodeBase64,
  encodeBase64,
  equalOctets,
  formatHmacHeader,
  macHeader,
  macValue,
  makeNonce,
  md5Credential,
  parseHmacHeader,
  RESYNC_NONCES,
  verifyBasic,
  verifyMac,
  verifyMd5,
} from './index.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const A3 = accountDigest(nodeDigests, 'IMEI:493005100592800', 's3cr3t-Pa55');
const NONCE3 = decodeBase64('EBESExQVFhcYGRobHB0eHw==') ?? new Uint8Array(0);
const BODY7 = nodeDigests.md5(utf8("<SyncML xmlns='SYNCML:SYNCML1.2'></SyncML>"));

describe('P-080: the vectors of the digest', () => {
  it('P-080: V1 basic', () => {
    expect(basicCredential('Bruce2', 'OhBehave')).toBe('QnJ1Y2UyOk9oQmVoYXZl');
  });

  it('P-080: V2 md5', () => {
    const a = accountDigest(nodeDigests, 'Bruce2', 'OhBehave');
    expect(a).toBe('PtEdr8lBQ45IbT1bZIkrOQ==');
    expect(md5Credential(nodeDigests, a, utf8('Nonce'))).toBe('Zz6EivR3yeaaENcRN6lpAQ==');
  });

  it('P-080 P-095: V3 md5, from A alone', () => {
    expect(A3).toBe('tn8O1nQYCqzfu6NClTPNcQ==');
    expect(md5Credential(nodeDigests, A3, NONCE3)).toBe('PrYgbssXV5/vAWxdC1rXoA==');
    expect(verifyMd5(nodeDigests, 'tn8O1nQYCqzfu6NClTPNcQ==', NONCE3, 'PrYgbssXV5/vAWxdC1rXoA==')).toBe(true);
  });

  it('P-080: V3x, the base64 text for the nonce, is rejected', () => {
    expect(verifyMd5(nodeDigests, A3, NONCE3, 'ECCFF+T4s/y+Itmrw+mifQ==')).toBe(false);
    expect(md5Credential(nodeDigests, A3, utf8('EBESExQVFhcYGRobHB0eHw=='))).toBe('ECCFF+T4s/y+Itmrw+mifQ==');
  });

  it('P-080 P-093: V4 and V4a, both forms of the resync nonce', () => {
    expect(md5Credential(nodeDigests, A3, RESYNC_NONCES.octets)).toBe('65ycbu3qt1yIYUzQq/Z24g==');
    expect(md5Credential(nodeDigests, A3, RESYNC_NONCES.ascii)).toBe('9++S1OQddnSl4oE+i+Op6g==');
  });

  it('P-080: V5 empty nonce', () => {
    expect(md5Credential(nodeDigests, A3, new Uint8Array(0))).toBe('iSXAtIbgSQQuLV6NS1UOaA==');
  });

  it('P-080: V6 the server’s own', () => {
    const a = accountDigest(nodeDigests, 'com.example.dm', 'srv-Pa55-0001');
    expect(a).toBe('5ObkVrtcR1cyChSVQlXiNg==');
    expect(md5Credential(nodeDigests, a, utf8('SrvNonce-0000001'))).toBe('L2VRIywGDqNynGGmfo8SDg==');
  });

  it('P-080: V7 MAC over an XML body', () => {
    expect(encodeBase64(BODY7)).toBe('H3xwy8pX1UqPHmyp+R/yyg==');
    expect(macValue(nodeDigests, A3, NONCE3, BODY7)).toBe('a7+w9XJCtNSJvNTgLbF6yw==');
    const header = 'algorithm=MD5, username="IMEI:493005100592800", mac=a7+w9XJCtNSJvNTgLbF6yw==';
    expect(verifyMac(nodeDigests, A3, NONCE3, BODY7, header)).toBe(true);
    const key = { username: 'IMEI:493005100592800', a: A3, nonce: encodeBase64(NONCE3) };
    expect(macHeader(key, BODY7, nodeDigests)).toBe(header);
  });

  it('P-080: V7x, RFC 2104 HMAC-MD5, is rejected', () => {
    const header = 'algorithm=MD5, username="IMEI:493005100592800", mac=IuxBqQcs6nZVlrvAf8ra0g==';
    expect(verifyMac(nodeDigests, A3, NONCE3, BODY7, header)).toBe(false);
  });

  it('P-080: V8 MAC over a WBXML body', () => {
    const body = hex('a7aa3ad36f614ffe274e92eafea3d0d7');
    expect(macValue(nodeDigests, A3, NONCE3, body)).toBe('u7qjR6x9bNBTT6ONhkrZTw==');
  });
});

describe('verification', () => {
  it('takes auth-basic from A alone, and no other password', () => {
    const a = accountDigest(nodeDigests, 'Bruce2', 'OhBehave');
    expect(verifyBasic(nodeDigests, a, 'QnJ1Y2UyOk9oQmVoYXZl')).toBe(true);
    expect(verifyBasic(nodeDigests, a, basicCredential('Bruce2', 'OhBehave!'))).toBe(false);
    expect(verifyBasic(nodeDigests, a, '***')).toBe(false);
  });

  it('P-083: compares digests without looking at where they differ', () => {
    expect(equalOctets(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3))).toBe(true);
    expect(equalOctets(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 4))).toBe(false);
    expect(equalOctets(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2))).toBe(false);
    expect(equalOctets(Uint8Array.of(0), new Uint8Array(0))).toBe(false);
    expect(equalOctets(new Uint8Array(0), Uint8Array.of(0))).toBe(false);
    // Every octet is looked at, whatever the first says.
    let looked = 0;
    const watched = new Proxy(new Uint8Array(16), {
      get(target, name) {
        looked += typeof name === 'string' && /^\d+$/.test(name) ? 1 : 0;
        return Reflect.get(target, name, target);
      },
    });
    equalOctets(watched, new Uint8Array(16).fill(9));
    expect(looked).toBe(16);
  });
});

describe('P-088: x-syncml-hmac', () => {
  const mac = 'Dgpoz8Pbs4XC0ecp6kLw4Q==';
  const username = 'Robert Jordan';
  const variants = [
    `algorithm=MD5, username="Robert Jordan", mac=${mac}`,
    `username="Robert Jordan",mac=${mac}`,
    `mac=${mac}, username="Robert Jordan", algorithm=md5`,
    `  ALGORITHM = MD5 ,USERNAME = "Robert Jordan" , MAC = "${mac}"  `,
    `username=Robert Jordan, mac=${mac}`,
  ];
  it.each(variants)('P-088: reads %s', (text) => {
    expect(parseHmacHeader(text)).toEqual({ algorithm: 'MD5', username, mac });
  });

  it('P-088: takes a mac without its padding', () => {
    const key = { username: 'u', a: A3, nonce: encodeBase64(NONCE3) };
    const header = macHeader(key, BODY7, nodeDigests).replace(/=+$/, '');
    expect(verifyMac(nodeDigests, A3, NONCE3, BODY7, header)).toBe(true);
  });

  it('P-088: a missing parameter, another algorithm or no header fails', () => {
    expect(parseHmacHeader(`algorithm=MD5, mac=${mac}`)).toBeUndefined();
    expect(parseHmacHeader('algorithm=MD5, username="a"')).toBeUndefined();
    const good = macHeader({ username: 'u', a: A3, nonce: encodeBase64(NONCE3) }, BODY7, nodeDigests);
    expect(verifyMac(nodeDigests, A3, NONCE3, BODY7, good)).toBe(true);
    expect(verifyMac(nodeDigests, A3, NONCE3, BODY7, good.replace('MD5', 'SHA1'))).toBe(false);
    expect(verifyMac(nodeDigests, A3, NONCE3, BODY7, undefined)).toBe(false);
  });

  it('writes names that hold quotes, and reads them back', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (name) => {
        expect(parseHmacHeader(formatHmacHeader({ username: name, mac: 'AA==' }))?.username).toBe(name);
      }),
    );
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        parseHmacHeader(text);
      }),
    );
    expect(parseHmacHeader('a'.repeat(5000))).toBeUndefined();
  });
});

it('P-094: nonces are at least 16 printable octets without a colon, and differ', () => {
  const random = seededRandom(7);
  const seen = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const text = Buffer.from(makeNonce(random)).toString('latin1');
    expect(text).toMatch(/^[!-9;-~]{16,24}$/);
    seen.add(text);
  }
  expect(seen.size).toBe(500);
});
