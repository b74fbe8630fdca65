import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { makePackage, type Signer } from '@fumarole/update-package/make';
import type { HubImage } from './hub-images.ts';

/** Manufacturer that the virtual hubs report and the packages are for. */
export const MANUFACTURER: string = 'Pybricks';

/** The demonstration's publisher: a key pair made at each run, which signs what it publishes and nothing else. */
export interface Publisher {
  /** Raw Ed25519 public key, 32 octets. */
  readonly publicKey: Uint8Array;
  /** A signed update package of the image, for devices that run `fromVersion`. */
  publish(image: HubImage, release: number, fromVersion: string): Promise<Uint8Array>;
}

export function newPublisher(now: () => number): Publisher {
  const pair = generateKeyPairSync('ed25519');
  const signer: Signer = {
    algorithm: 'ed25519',
    publicKey: rawPublicKey(pair.publicKey),
    sign: (message) => sign(null, message, pair.privateKey),
  };
  const sha256 = () => createHash('sha256');
  return {
    publicKey: signer.publicKey,
    publish: (image, release, fromVersion) =>
      makePackage(
        {
          name: `Pybricks ${image.model}`,
          version: image.version,
          release,
          created: now(),
          constraints: { manufacturer: MANUFACTURER, models: [image.model], fromVersions: [fromVersion] },
        },
        image.image,
        signer,
        sha256,
      ),
  };
}

function rawPublicKey(key: KeyObject): Uint8Array {
  const { x } = key.export({ format: 'jwk' });
  if (x === undefined) throw new TypeError('an Ed25519 key is expected');
  return Buffer.from(x, 'base64url');
}
