import { dirname } from 'node:path';
import type { Disk } from './disk.ts';

/** Replaces a small file as a whole: after a power loss there is the old one or the new one, never a mixture. */
export async function replaceFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  await disk.remove(temporary);
  const file = await disk.open(temporary);
  try {
    await file.write(0, bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(temporary, path);
  await disk.syncDirectory(dirname(path));
}

export async function replaceJson(disk: Disk, path: string, value: unknown): Promise<void> {
  await replaceFile(disk, path, new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`));
}

/** The JSON value of a small file; undefined when the file is missing; throws SyntaxError when it is damaged. */
export async function readJson(disk: Disk, path: string, maxBytes: number): Promise<unknown> {
  const bytes = await disk.read(path, maxBytes);
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes));
}
