/** X.509 certificates for tests of TLS, written octet by octet: no program outside is needed, any date can be had. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** PEM texts. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOrder {
  /** Common name of the subject. */
  readonly name: string;
  /** DNS names and IPv4 addresses; default: 127.0.0.1 and localhost. */
  readonly hosts?: readonly string[];
  /** Default: in a day. */
  readonly notAfter?: Date;
}

const DAY_MS = 86_400_000;

/** An authority of its own: whoever is not told of it does not trust it. */
export class TestAuthority {
  /** PEM text. */
  readonly cert: string;
  readonly #name: string;
  readonly #key: KeyObject;

  constructor(name = 'Test authority') {
    const { privateKey, publicKey } = newPair();
    this.#name = name;
    this.#key = privateKey;
    const basic = sequence(oid('2.5.29.19'), boolean(true), octetString(sequence(boolean(true))));
    this.cert = this.#sign(name, publicKey, [basic], new Date(Date.now() + DAY_MS));
  }

  issue(order: CertificateOrder): TestCertificate {
    const { privateKey, publicKey } = newPair();
    const hosts = (order.hosts ?? ['127.0.0.1', 'localhost']).map(generalName);
    const names = sequence(oid('2.5.29.17'), octetString(sequence(...hosts)));
    const notAfter = order.notAfter ?? new Date(Date.now() + DAY_MS);
    return {
      cert: this.#sign(order.name, publicKey, [names], notAfter),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }

  /** RFC 5280 §4.1. */
  #sign(subject: string, key: KeyObject, extensions: readonly Uint8Array[], notAfter: Date): string {
    const algorithm = sequence(oid('1.2.840.10045.4.3.2')); // ecdsa-with-SHA256
    const notBefore = new Date(Math.min(Date.now(), notAfter.getTime()) - DAY_MS);
    const tbs = sequence(
      tagged(0xa0, integer(Uint8Array.of(2))),
      integer(Buffer.concat([Uint8Array.of(1), randomBytes(8)])),
      algorithm,
      distinguishedName(this.#name),
      sequence(time(notBefore), time(notAfter)),
      distinguishedName(subject),
      key.export({ type: 'spki', format: 'der' }),
      tagged(0xa3, sequence(...extensions)),
    );
    const der = sequence(tbs, algorithm, bitString(sign('sha256', tbs, this.#key)));
    const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
    return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
  }
}

function newPair(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function distinguishedName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(name)))));
}

function generalName(host: string): Buffer {
  return isIPv4(host)
    ? tagged(0x87, Uint8Array.from(host.split('.').map(Number)))
    : tagged(0x82, Buffer.from(host));
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return tagged(0x18, Buffer.from(`${digits}Z`));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return tagged(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const octets = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) octets.unshift(0x80 | (rest & 0x7f));
  return octets;
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, Buffer.concat(parts));
const octetString = (octets: Uint8Array): Buffer => tagged(0x04, octets);
const bitString = (octets: Uint8Array): Buffer => tagged(0x03, Buffer.concat([Uint8Array.of(0), octets]));
const integer = (octets: Uint8Array): Buffer => tagged(0x02, octets);
const boolean = (value: boolean): Buffer => tagged(0x01, Uint8Array.of(value ? 0xff : 0));

/** Tag, length, value. */
function tagged(tag: number, value: Uint8Array): Buffer {
  const { length } = value;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >>> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...size), value]);
}
