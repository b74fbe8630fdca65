import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { CliError } from '../cli-error.ts';
import { type BackupFile, type BackupManifest, fileHash, MANIFEST } from './manifest.ts';

/** First octets of every SQLite 3 database file. */
const SQLITE_MAGIC = 'SQLite format 3\0';
/** Belong to a running database: what they hold is in the copy made through SQLite. */
const TRANSIENT = /-(wal|shm|journal)$/;
/** Half-written uploads and locks are nobody's data; the client configuration holds a token in the clear. */
const SKIPPED: ReadonlySet<string> = new Set(['client.json']);
const PARTIAL = /(^|\/)(tmp|incoming|partial)\/|\.(tmp|part|lock|sock)$/;

/**
 * Copies a data folder while the server may be running: databases through SQLite's online backup, first, so that every
 * artifact they name is copied after them; artifacts never change. Throws CliError `file`.
 */
export async function backUp(data: string, to: string): Promise<BackupManifest> {
  if (!existsSync(data)) throw new CliError('file', `${data}: no such folder`);
  if (existsSync(to) && (await readdir(to)).length > 0)
    throw new CliError('file', `${to}: is there already and not empty`);
  await mkdir(to, { recursive: true, mode: 0o700 });
  const paths = await filesBelow(data);
  const databases = paths.filter((path) => isDatabase(join(data, path)));
  const files: BackupFile[] = [];
  for (const path of databases) files.push(await copyDatabase(data, to, path));
  // Listed again: what was uploaded while the databases were copied may be named in them.
  const others = (await filesBelow(data)).filter(
    (path) => !databases.includes(path) && !isDatabase(join(data, path)),
  );
  for (const path of others) files.push(await copyPlain(data, to, path));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const manifest: BackupManifest = { format: 1, createdAt: new Date().toISOString(), bytes, files };
  const file = join(to, MANIFEST);
  await writeFile(`${file}.tmp`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.tmp`, file);
  return manifest;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, ''),
    )
    .filter((path) => !TRANSIENT.test(path) && !SKIPPED.has(path) && !PARTIAL.test(path));
}

function isDatabase(path: string): boolean {
  if (!existsSync(path)) return false;
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(SQLITE_MAGIC.length);
    return readSync(file, head) === head.length && head.toString('latin1') === SQLITE_MAGIC;
  } finally {
    closeSync(file);
  }
}

async function copyDatabase(data: string, to: string, path: string): Promise<BackupFile> {
  const target = join(to, path);
  await mkdir(dirname(target), { recursive: true });
  const source = new DatabaseSync(join(data, path), { readOnly: true });
  try {
    await backup(source, target);
  } finally {
    source.close();
  }
  return describe(to, path);
}

async function copyPlain(data: string, to: string, path: string): Promise<BackupFile> {
  const target = join(to, path);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(join(data, path), target);
  return describe(to, path);
}

async function describe(to: string, path: string): Promise<BackupFile> {
  const file = join(to, path);
  return { path, size: (await stat(file)).size, sha256: await fileHash(file) };
}
