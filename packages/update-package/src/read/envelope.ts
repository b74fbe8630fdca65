import { decodeDeterministic, malformed } from './cbor-map.ts';
import { toHex } from './hex.ts';
import type { ManifestType } from './layout.ts';
import { MAX_SIGNATURE_BYTES, MAX_SIGNATURES } from './limits.ts';
import type { EnvelopeSignature } from './manifest.ts';
import type { Sha256 } from './ports.ts';
import { PackageError, PackageErrorCode } from './refusal.ts';
import { asciiOctets } from './utf8.ts';

export const KEY_ID_BYTES = 8;

/** First 8 octets of the SHA-256 of the raw public key, lower-case hex. */
export function keyIdOf(publicKey: Uint8Array, sha256: Sha256): string {
  const hash = sha256();
  hash.update(publicKey);
  return toHex(hash.digest().subarray(0, KEY_ID_BYTES));
}

/** What a signature covers: the pre-authentication encoding of DSSE v1. */
export function signedOctets(type: ManifestType, manifest: Uint8Array): Uint8Array {
  const lead = asciiOctets(`DSSEv1 ${type.length} ${type} ${manifest.length} `);
  const octets = new Uint8Array(lead.length + manifest.length);
  octets.set(lead);
  octets.set(manifest, lead.length);
  return octets;
}

export interface Envelope {
  readonly octets: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
}

/** `[manifest, [[key id, signature], …]]`; throws {@link PackageError}. */
export function decodeEnvelope(section: Uint8Array, what: string): Envelope {
  const value = decodeDeterministic(section, `the ${what} envelope`);
  if (!Array.isArray(value) || value.length !== 2) throw malformed(`the ${what} envelope is no pair`);
  const [octets, signatures]: readonly unknown[] = value;
  if (!(octets instanceof Uint8Array)) throw malformed(`the ${what} manifest is no byte string`);
  if (!Array.isArray(signatures)) throw malformed(`the ${what} signatures are no list`);
  if (signatures.length > MAX_SIGNATURES) {
    throw new PackageError(PackageErrorCode.limit, `more than ${MAX_SIGNATURES} ${what} signatures`);
  }
  return { octets, signatures: signatures.map((entry) => decodeSignature(entry, what)) };
}

function decodeSignature(entry: unknown, what: string): EnvelopeSignature {
  if (!Array.isArray(entry) || entry.length !== 2) throw malformed(`a ${what} signature is no pair`);
  const [keyId, signature]: readonly unknown[] = entry;
  if (!(keyId instanceof Uint8Array) || keyId.length !== KEY_ID_BYTES) {
    throw malformed(`a ${what} key id has not ${KEY_ID_BYTES} octets`);
  }
  if (!(signature instanceof Uint8Array) || signature.length > MAX_SIGNATURE_BYTES) {
    throw malformed(`a ${what} signature is no byte string of at most ${MAX_SIGNATURE_BYTES} octets`);
  }
  return { keyId: toHex(keyId), signature };
}
