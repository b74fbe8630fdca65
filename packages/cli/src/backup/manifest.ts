import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../cli-error.ts';

/** Written last, so that a folder without it is no finished backup. */
export const MANIFEST: string = 'backup.json';
/** A manifest of a million files is not ours. */
export const MAX_MANIFEST_BYTES: number = 256 * 1024 * 1024;

export interface BackupFile {
  /** Below the folder, with `/` between its parts. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

export interface BackupManifest {
  readonly format: 1;
  readonly createdAt: string;
  readonly bytes: number;
  readonly files: readonly BackupFile[];
}

export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Throws CliError `file` when the text is no manifest, or names a file outside the backup. */
export function parseManifest(text: string): BackupManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError('file', `${MANIFEST} is not JSON`, [], cause);
  }
  const manifest = value as Partial<BackupManifest> | null;
  if (manifest?.format !== 1) throw new CliError('file', `${MANIFEST} is of an unknown format`);
  if (!Array.isArray(manifest.files) || !manifest.files.every(isBackupFile)) {
    throw new CliError('file', `${MANIFEST} lists no files, or odd ones`);
  }
  const files: readonly BackupFile[] = manifest.files;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { format: 1, createdAt: String(manifest.createdAt ?? ''), bytes, files };
}

function isBackupFile(value: unknown): value is BackupFile {
  const file = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { path, size, sha256 } = file;
  if (typeof path !== 'string' || typeof size !== 'number' || typeof sha256 !== 'string') return false;
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\\'));
}
