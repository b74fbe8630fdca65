/** A server that asks for a certificate and says what is wrong with it, which Node's own does not. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCertificate } from '@fumarole/testkit/certificates';

export interface OpensslServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A machine without the program has Node's server only; `.ci/run` installs it. */
export const HAS_OPENSSL: boolean = spawnSync('openssl', ['version']).status === 0;

/** `openssl s_server` that takes only clients of this authority. @throws when there is no openssl */
export async function opensslServer(
  own: TestCertificate,
  authority: string,
  version: '-tls1_2' | '-tls1_3',
): Promise<OpensslServer> {
  const dir = await mkdtemp(join(tmpdir(), 'fumarole-openssl-'));
  const files = { cert: own.cert, key: own.key, ca: authority };
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  const how = ['-accept', '127.0.0.1:0', '-cert', 'cert', '-key', 'key', '-CAfile', 'ca', version, '-WWW'];
  const child = spawn('openssl', ['s_server', ...how, '-Verify', '1', '-verify_return_error'], { cwd: dir });
  const port = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.on('error', (error) => reject(new Error('this test needs the openssl program', { cause: error })));
    child.on('exit', () => reject(new Error(`openssl s_server ended: ${said}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk;
        const found = /ACCEPT \S*?:(\d+)/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
  });
  return {
    url: `https://127.0.0.1:${port}/package`,
    async close() {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
      await rm(dir, { recursive: true });
    },
  };
}
