import { createPublicKey, type KeyObject } from 'node:crypto';
import { keyIdOf } from '@fumarole/update-package/read';
import { packagePorts } from '../artifacts/package-ports.ts';
import { RestError } from './rest-error.ts';

/** Octets of an Ed25519 public key (RFC 8032 §5.1.5), and what stands before them in its SPKI form (RFC 8410 §10.1). */
const KEY_BYTES = 32;
const SPKI_PREFIX: Buffer = Buffer.from('302a300506032b6570032100', 'hex');

/** The raw key of base64 or PEM text; throws RestError `unprocessable` when it is no Ed25519 public key. */
export function readPublicKey(text: string): Uint8Array {
  const key = text.includes('-----BEGIN') ? fromPem(text) : fromBase64(text);
  const spki = key.export({ type: 'spki', format: 'der' });
  return spki.subarray(spki.length - KEY_BYTES);
}

function fromPem(text: string): KeyObject {
  if (text.includes('PRIVATE KEY')) {
    throw new RestError('unprocessable', 'This is a private key. Keep it, and send the public one.');
  }
  const key = attempt(() => createPublicKey(text));
  if (key.asymmetricKeyType !== 'ed25519')
    throw new RestError('unprocessable', 'The key is not an Ed25519 key.');
  return key;
}

function fromBase64(text: string): KeyObject {
  const raw = Buffer.from(text.trim(), 'base64');
  if (raw.length !== KEY_BYTES) {
    throw new RestError(
      'unprocessable',
      `An Ed25519 public key has ${KEY_BYTES} octets; this has ${raw.length}.`,
    );
  }
  return attempt(() =>
    createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' }),
  );
}

function attempt(make: () => KeyObject): KeyObject {
  try {
    return make();
  } catch (cause) {
    throw new RestError('unprocessable', 'The public key cannot be read.', undefined, cause);
  }
}

/** The id of a key, as signatures name it. */
export function publisherKeyId(raw: Uint8Array): string {
  return keyIdOf(raw, packagePorts.sha256);
}
