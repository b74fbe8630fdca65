/**
 * A 10 MB package over HTTP on the loopback: the server's CPU seconds per GB and the throughput of the download route,
 * beside a bare node:http server that pipes the same file. The server is a process of its own, so that only its CPU
 * counts; rounds are interleaved; medians are printed.
 *
 * node --conditions=@fumarole/source bench/download.ts [--json]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { PackageRecord } from '@fumarole/fumo/server';
import fastify from 'fastify';
import { DiskArtifacts } from '../packages/server/src/artifacts/disk-artifacts.ts';
import { putArtifact } from '../packages/server/src/artifacts/put.ts';
import { registerDownloads } from '../packages/server/src/downloads/register-downloads.ts';
import { createDownloadUrls } from '../packages/server/src/downloads/url-maker.ts';

const PACKAGE_OCTETS = 10_000_000;
const DOWNLOADS_PER_ROUND = 20;
const AT_ONCE = 4;
const ROUNDS = 15;

type Subject = 'fumarole' | 'pipe';
const SUBJECTS: readonly Subject[] = ['fumarole', 'pipe'];

interface Round {
  readonly cpuSecondsPerGb: number;
  readonly megabytesPerSecond: number;
}

if (process.send === undefined) await measure();
else await serve();

async function measure(): Promise<void> {
  const child = fork(import.meta.filename, [], { execArgv: ['--conditions=@fumarole/source'] });
  const [urls]: Record<Subject, string>[] = await once(child, 'message');
  if (urls === undefined) throw new Error('the server did not start');
  const ask = async (): Promise<number> => {
    child.send('cpu');
    const [seconds]: number[] = await once(child, 'message');
    return seconds ?? 0;
  };
  const rounds: Record<Subject, Round[]> = { fumarole: [], pipe: [] };
  for (let round = -1; round < ROUNDS; round++) {
    for (const subject of SUBJECTS) {
      const result = await oneRound(urls[subject], ask);
      // The first round warms up.
      if (round >= 0) rounds[subject].push(result);
    }
  }
  child.send('end');
  report(rounds);
}

async function oneRound(url: string, cpu: () => Promise<number>): Promise<Round> {
  const before = await cpu();
  const start = performance.now();
  let left = DOWNLOADS_PER_ROUND;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await download(url);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const octets = PACKAGE_OCTETS * DOWNLOADS_PER_ROUND;
  const seconds = (performance.now() - start) / 1000;
  return {
    cpuSecondsPerGb: ((await cpu()) - before) / (octets / 1e9),
    megabytesPerSecond: octets / 1e6 / seconds,
  };
}

function download(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      let size = 0;
      response.on('data', (piece: Buffer) => {
        size += piece.length;
      });
      response.once('error', reject);
      response.once('end', () =>
        size === PACKAGE_OCTETS ? resolve() : reject(new Error(`${size} octets came`)),
      );
    }).once('error', reject);
  });
}

function report(rounds: Record<Subject, readonly Round[]>): void {
  const of = (subject: Subject, key: keyof Round): number =>
    median(rounds[subject].map((round) => round[key]));
  const result = {
    packageOctets: PACKAGE_OCTETS,
    cpuSecondsPerGb: { fumarole: of('fumarole', 'cpuSecondsPerGb'), pipe: of('pipe', 'cpuSecondsPerGb') },
    megabytesPerSecond: {
      fumarole: of('fumarole', 'megabytesPerSecond'),
      pipe: of('pipe', 'megabytesPerSecond'),
    },
    cpuRatio: of('fumarole', 'cpuSecondsPerGb') / of('pipe', 'cpuSecondsPerGb'),
  };
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(result));
    return;
  }
  for (const subject of SUBJECTS) {
    const cpu = result.cpuSecondsPerGb[subject].toFixed(2);
    console.log(
      `${subject.padEnd(10)} ${cpu} CPU s/GB  ${result.megabytesPerSecond[subject].toFixed(0)} MB/s`,
    );
  }
  console.log(`ratio      ${result.cpuRatio.toFixed(2)} of the CPU of a bare stream pipe`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** The measured process: both servers, and its CPU time when asked. */
async function serve(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fumarole-bench-'));
  const artifacts = await DiskArtifacts.open(folder, Date.now());
  const { sha256 } = await putArtifact(artifacts, [Buffer.alloc(PACKAGE_OCTETS, 7)], PACKAGE_OCTETS);
  process.send?.({
    fumarole: await serveOurs(artifacts, sha256),
    pipe: await servePipe(join(folder, sha256.slice(0, 2), sha256)),
  });
  process.on('message', async (message) => {
    if (message === 'cpu') {
      const { user, system } = process.cpuUsage();
      process.send?.((user + system) / 1e6);
      return;
    }
    await rm(folder, { recursive: true });
    process.exit();
  });
}

async function serveOurs(artifacts: DiskArtifacts, sha256: string): Promise<string> {
  const record: PackageRecord = {
    id: sha256,
    name: 'bench',
    version: '1',
    release: 1,
    size: PACKAGE_OCTETS,
    contentType: 'application/octet-stream',
    published: true,
    manufacturer: '*',
    models: ['*'],
    hardware: [],
    fromVersions: [],
    allowDowngrade: false,
    securityFloor: 0,
    addedAt: 0,
  };
  const app = fastify();
  let base = '';
  const key = Buffer.alloc(32, 1);
  const urls = createDownloadUrls({ publicUrl: () => base, key, now: Date.now });
  await registerDownloads(app, { artifacts, urls, key, package: async () => record, now: Date.now });
  base = await app.listen({ port: 0, host: '127.0.0.1' });
  return urls.package('IMEI:490154203237518', '1', record);
}

async function servePipe(path: string): Promise<string> {
  const server = createServer(async (_request, response) => {
    const { size } = await stat(path);
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': size });
    createReadStream(path).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/`;
}
