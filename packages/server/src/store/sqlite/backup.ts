import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backup } from 'node:sqlite';
import { StoreError } from '../store-error.ts';
import { type Connection, openConnection } from './connection.ts';
import { TELEMETRY_KIND, TRUTH_KIND } from './kinds.ts';

/** Files of the embedded store in its folder. */
export const STORE_FILES = ['truth.db', 'telemetry.db'] as const;

/** Copies both files, each consistent in itself, into a new folder while the server works. Throws StoreError `exists`. */
export async function backupStore(truth: Connection, telemetry: Connection, to: string): Promise<void> {
  if (existsSync(join(to, 'truth.db'))) throw new StoreError('exists', `${to} holds a backup already`);
  await mkdir(to, { recursive: true, mode: 0o700 });
  await copyInto(telemetry, join(to, 'telemetry.db'));
  // Last: a folder with a truth.db is a whole backup.
  await copyInto(truth, join(to, 'truth.db'));
}

async function copyInto(from: Connection, to: string): Promise<void> {
  const unfinished = `${to}.part`;
  await rm(unfinished, { force: true });
  await backup(from.db, unfinished);
  await rename(unfinished, to);
}

/** Puts a backup into the folder of a server that does not run; refuses when a store is there. */
export async function restoreStore(from: string, folder: string): Promise<void> {
  if (existsSync(join(folder, 'truth.db'))) {
    throw new StoreError('exists', `${folder} holds a store already; move it away first`);
  }
  openConnection(join(from, 'truth.db'), TRUTH_KIND).close();
  openConnection(join(from, 'telemetry.db'), TELEMETRY_KIND).close();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await copyFile(join(from, 'telemetry.db'), join(folder, 'telemetry.db'));
  await copyFile(join(from, 'truth.db'), join(folder, 'truth.db'));
}
