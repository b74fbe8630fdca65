import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AccessError } from './access-error.ts';

/** The keys of the seal: the first seals, all of them open. */
export interface SealKey {
  readonly id: string;
  /** 32 octets. */
  readonly key: Buffer;
}

interface KeyFile {
  readonly version: 1;
  readonly keys: readonly { readonly id: string; readonly key: string }[];
}

/** Reads the key file, or makes it (0600) at first start; of two processes that start at once, one makes it. */
export function openKeyFile(path: string): readonly SealKey[] {
  try {
    return readKeyFile(path);
  } catch (error) {
    if (!(error instanceof AccessError) || error.code !== 'key-file-missing') throw error;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeNew(path, { version: 1, keys: [newKey()] });
  return readKeyFile(path);
}

/** Throws AccessError `key-file-missing` or `key-file-damaged`. */
export function readKeyFile(path: string): readonly SealKey[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new AccessError('key-file-missing', `${path} cannot be read`, error);
  }
  try {
    const file = JSON.parse(text) as KeyFile;
    const keys = file.keys.map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64') }));
    if (
      file.version === 1 &&
      keys.length > 0 &&
      keys.every(({ id, key }) => key.length === 32 && id !== '')
    ) {
      return keys;
    }
  } catch (error) {
    throw new AccessError('key-file-damaged', `${path} is no key file`, error);
  }
  throw new AccessError('key-file-damaged', `${path} is no key file`);
}

/** Puts a new key first; what the others sealed can still be opened. Returns its id. */
export function addKey(path: string): string {
  const keys = readKeyFile(path).map(({ id, key }) => ({ id, key: key.toString('base64') }));
  const added = newKey();
  const next = `${path}.next`;
  rmSync(next, { force: true });
  writeFileSync(next, JSON.stringify({ version: 1, keys: [added, ...keys] }), { mode: 0o600, flush: true });
  renameSync(next, path);
  syncFolder(dirname(path));
  return added.id;
}

function newKey(): { readonly id: string; readonly key: string } {
  return { id: randomBytes(4).toString('hex'), key: randomBytes(32).toString('base64') };
}

/** Whole or not at all, and never over another one. */
function writeNew(path: string, file: KeyFile): void {
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(own, JSON.stringify(file), { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(own, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(own, { force: true });
  }
  syncFolder(dirname(path));
}

/** What is sealed with a key must never be more durable than the key; Windows writes names through by itself. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
