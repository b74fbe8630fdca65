import * as crypto from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { Signer } from '@fumarole/update-package/make';
import { ed25519Ports, keyIdOf, type ReadPorts } from '@fumarole/update-package/read';
import { CliError } from './cli-error.ts';
import { fileError } from './file-error.ts';

/** node:crypto as the update package wants it. */
export const packagePorts: ReadPorts = ed25519Ports(crypto);

/** A new key pair in two files. */
export interface KeyFile {
  /** 16 hexadecimal digits. */
  readonly keyId: string;
  /** PKCS#8 PEM, readable by its owner only. */
  readonly privateFile: string;
  /** SPKI PEM. */
  readonly publicFile: string;
  /** Raw public key, base64. */
  readonly publicKey: string;
}

/** Makes an Ed25519 key pair; never replaces a file. Throws CliError `file`. */
export async function generateKeyFile(path: string): Promise<KeyFile> {
  const pair = generateKeyPairSync('ed25519');
  const publicFile = `${path}.pub`;
  await writeNew(path, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  try {
    await writeNew(publicFile, pair.publicKey.export({ type: 'spki', format: 'pem' }), 0o644);
  } catch (error) {
    await rm(path);
    throw error;
  }
  const raw = rawOf(pair.publicKey);
  return { keyId: keyIdOf(raw, packagePorts.sha256), privateFile: path, publicFile, publicKey: base64(raw) };
}

/** Signs with a private key file (PKCS#8 PEM, Ed25519). Throws CliError `file`. */
export async function fileSigner(path: string): Promise<Signer> {
  const key = await readKey(path, createPrivateKey);
  return {
    algorithm: 'ed25519',
    publicKey: rawOf(createPublicKey(key)),
    sign: (message) => sign(null, message, key),
  };
}

/** The raw public key of a PEM file, public or private. Throws CliError `file`. */
export async function readPublicKey(path: string): Promise<Uint8Array> {
  return rawOf(await readKey(path, createPublicKey));
}

async function readKey(path: string, parse: (pem: string) => KeyObject): Promise<KeyObject> {
  const pem = await readFile(path, 'utf8').catch((cause: Error) => {
    throw fileError(path, cause);
  });
  let key: KeyObject;
  try {
    key = parse(pem);
  } catch (cause) {
    throw new CliError('file', `${path} holds no such key in PEM form`, [], cause);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new CliError('file', `${path} holds no Ed25519 key`);
  return key;
}

async function writeNew(path: string, text: string | Buffer, mode: number): Promise<void> {
  await writeFile(path, text, { flag: 'wx', mode }).catch((cause: Error) => {
    throw new CliError('file', `${path} cannot be written: ${cause.message}`, [], cause);
  });
}

function rawOf(key: KeyObject): Uint8Array {
  const { x } = key.export({ format: 'jwk' });
  if (x === undefined) throw new TypeError('an Ed25519 key is expected');
  return Buffer.from(x, 'base64url');
}

export function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}
