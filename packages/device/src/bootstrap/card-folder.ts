/** A folder that stands for a smartcard: its files are the elementary files, named by their identifiers, in folders for applications. */
import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BOOTSTRAP_LIMITS } from '@fumarole/dm/bootstrap';
import type { SmartcardReader } from './smartcard.ts';

/** The card is in while the folder is there; a file that is another makes it another card. */
export function cardFolder(folder: string): SmartcardReader {
  return {
    card: async () => {
      const names = await readdir(folder, { recursive: true }).catch(() => undefined);
      if (names === undefined) return undefined;
      const facts = await Promise.all(
        [...names]
          .sort()
          .slice(0, 4 * BOOTSTRAP_LIMITS.cardEntries)
          .map(async (name) => {
            const about = await stat(join(folder, name)).catch(() => undefined);
            return `${name} ${about?.size} ${about?.mtimeMs}`;
          }),
      );
      return createHash('sha256').update(facts.join('\n')).digest('hex');
    },
    read: async (path) => {
      // Identifiers come from the card itself: nothing else may name a file.
      if (!path.every((name) => /^[0-9A-F]+$/.test(name))) return undefined;
      return readStart(join(folder, ...path), BOOTSTRAP_LIMITS.documentOctets);
    },
  };
}

async function readStart(path: string, most: number): Promise<Uint8Array | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const octets = new Uint8Array(most);
    const { bytesRead } = await file.read(octets, 0, most, 0);
    return octets.slice(0, bytesRead);
  } catch {
    return undefined; // a folder of that name is no file
  } finally {
    await file.close();
  }
}
