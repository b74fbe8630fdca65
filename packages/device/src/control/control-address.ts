import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { layoutOf } from '../layout.ts';

/** Unix socket paths have about 104 octets. */
const MAX_SOCKET_PATH = 100;

/** Where a running device listens for `fumarole device …`: in its directory, or by a name made from it. */
export function controlAddress(dir: string): string {
  const name = `fumarole-${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 24)}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  const inside = resolve(layoutOf(dir).socket);
  return Buffer.byteLength(inside) <= MAX_SOCKET_PATH ? inside : join(tmpdir(), `${name}.sock`);
}
