import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The user's own command, as a shell takes it. @throws Error with the end of what it said, when it fails */
export async function runShell(command: string, timeoutMs: number): Promise<void> {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'ignore', 'pipe'], timeout: timeoutMs });
  let told = '';
  child.stderr.on('data', (piece: Buffer) => {
    told = `${told}${piece.toString()}`.slice(-500);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the command ended with ${code}: ${told.trim()}`);
}
