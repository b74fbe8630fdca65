import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError } from '../cli-error.ts';
import {
  type BackupFile,
  type BackupManifest,
  fileHash,
  MANIFEST,
  MAX_MANIFEST_BYTES,
  parseManifest,
} from './manifest.ts';

/**
 * Puts a backup into a data folder that does not exist yet or is empty. Every file is checked against the manifest; the
 * folder gets its name only when all are there, so a half-restored one is never served. Throws CliError `file`.
 */
export async function restore(from: string, data: string): Promise<BackupManifest> {
  const manifest = await readManifest(from);
  if (existsSync(data) && (await readdir(data)).length > 0) {
    throw new CliError('file', `${data}: is there already and not empty; move it away first`);
  }
  const making = `${data}.restoring`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  try {
    for (const file of manifest.files) await copyChecked(from, making, file);
    await rm(data, { recursive: true, force: true });
    await rename(making, data);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error;
  }
  return manifest;
}

async function readManifest(from: string): Promise<BackupManifest> {
  const path = join(from, MANIFEST);
  const size = await stat(path).then(
    (found) => found.size,
    (cause: Error) => {
      throw new CliError('file', `${from}: no finished backup (${MANIFEST} is missing)`, [], cause);
    },
  );
  if (size > MAX_MANIFEST_BYTES) throw new CliError('file', `${path}: too large`);
  return parseManifest(await readFile(path, 'utf8'));
}

async function copyChecked(from: string, to: string, { path, sha256 }: BackupFile): Promise<void> {
  const target = join(to, path);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(join(from, path), target).catch((cause: Error) => {
    throw new CliError('file', `${path}: ${cause.message}`, [], cause);
  });
  if ((await fileHash(target)) !== sha256)
    throw new CliError('file', `${path}: is not what the backup holds (hash differs)`);
  await chmod(target, 0o600);
}
