/** Debian's Kannel on loopback: bearerbox towards an SMSC, wapbox with its push proxy gateway. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const START_MS = 30_000;
const STOP_MS = 10_000;
/** Where Debian puts the boxes; not in everybody's PATH. */
const PLACES = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
const REMEDY = 'install the Debian package kannel (apt-get install kannel)';

export class Kannel {
  readonly papUrl: string;
  readonly #folder: string;
  readonly #boxes: readonly ChildProcess[];

  private constructor(papUrl: string, folder: string, boxes: readonly ChildProcess[]) {
    this.papUrl = papUrl;
    this.#folder = folder;
    this.#boxes = boxes;
  }

  /** Logs in at the SMSC as `kannel` with `secret`; resolves when the gateway takes pushes. */
  static async start(smscPort: number): Promise<Kannel> {
    const folder = await mkdtemp(join(tmpdir(), 'fumarole-kannel-'));
    const [admin = 0, smsbox = 0, wapbox = 0, ppg = 0] = await freePorts(4);
    const file = join(folder, 'kannel.conf');
    await writeFile(file, configuration({ admin, smsbox, wapbox, ppg, smsc: smscPort }));
    const boxes: ChildProcess[] = [];
    const kannel = new Kannel(`http://127.0.0.1:${ppg}/pap`, folder, boxes);
    try {
      // The boxes talk by wapbox-port; the second ends when it finds nobody there.
      for (const [name, port] of [
        ['bearerbox', wapbox],
        ['wapbox', ppg],
      ] as const) {
        const box = await startBox(name, file, folder);
        boxes.push(box);
        await listening(port, box).catch(async (error: Error) => {
          throw new Error(
            `${name}: ${error.message}\n${await readFile(join(folder, `${name}.log`), 'utf8')}`,
          );
        });
      }
      return kannel;
    } catch (error) {
      await kannel.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const box of this.#boxes.toReversed()) await end(box);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function configuration(
  ports: Readonly<Record<'admin' | 'smsbox' | 'wapbox' | 'ppg' | 'smsc', number>>,
): string {
  // WAP over UDP needs fixed ports: on an address of its own nobody else has them.
  const own = `127.${randomInt(64, 128)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  return `group = core
admin-port = ${ports.admin}
admin-password = ${randomInt(2 ** 32)}
smsbox-port = ${ports.smsbox}
wapbox-port = ${ports.wapbox}
wdp-interface-name = "${own}"
box-allow-ip = "127.0.0.1"
log-level = 0

group = smsc
smsc = smpp
smsc-id = radio
host = 127.0.0.1
port = ${ports.smsc}
transceiver-mode = true
smsc-username = kannel
smsc-password = secret
system-type = ""

group = wapbox
bearerbox-host = 127.0.0.1
log-level = 0

group = ppg
ppg-url = /pap
ppg-port = ${ports.ppg}
concurrent-pushes = 10
users = 10
trusted-pi = true
service-name = ppg
global-sender = 12345
default-smsc = radio

group = smsbox
bearerbox-host = 127.0.0.1
`;
}

async function startBox(name: string, file: string, folder: string): Promise<ChildProcess> {
  const box = spawn(name, [file], {
    cwd: folder,
    env: { ...process.env, PATH: PLACES },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(folder, `${name}.log`));
  box.stdout.pipe(log);
  box.stderr.pipe(log);
  await new Promise<void>((resolve, reject) => {
    box.once('spawn', resolve);
    box.once('error', (error) => reject(new Error(`${name} cannot be started: ${REMEDY}`, { cause: error })));
  });
  return box;
}

/** Resolves when somebody listens there. */
async function listening(port: number, box: ChildProcess): Promise<void> {
  for (const end = Date.now() + START_MS; Date.now() < end; await pause(50)) {
    if (box.exitCode !== null) throw new Error(`ended with ${box.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
  }
  throw new Error(`does not listen on port ${port}`);
}

/** Politely, then not; the process is gone when it resolves. */
async function end(box: ChildProcess): Promise<void> {
  if (box.exitCode !== null || box.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => box.once('exit', () => resolve()));
  box.kill('SIGTERM');
  const impatience = setTimeout(() => box.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(impatience);
}

/** All held at once, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
