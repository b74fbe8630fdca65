import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverOptions } from './commands/serve.ts';
import { parseAddress, parseListeners } from './listen-option.ts';

const bin = join(import.meta.dirname, '..', 'bin', 'fumarole.js');
let folder: string;
let server: ChildProcess;
let token: string;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const start = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [bin, ...args], { cwd: folder, env: { PATH: process.env.PATH } });

async function fumarole(...args: readonly string[]): Promise<Ended> {
  const child = start(args);
  const text = { out: '', err: '' };
  child.stdout?.on('data', (piece: Buffer) => {
    text.out += piece.toString();
  });
  child.stderr?.on('data', (piece: Buffer) => {
    text.err += piece.toString();
  });
  const [code] = await once(child, 'close');
  return { code, ...text };
}

const WAIT = { timeout: 20_000 };

function text(stream: ChildProcess['stdout']): () => string {
  let read = '';
  stream?.on('data', (piece: Buffer) => {
    read += piece.toString();
  });
  return () => read;
}

/** Starts a server in the folder and reads the line that says where it is. */
async function serve(): Promise<{ readonly url: string; readonly token?: string }> {
  server = start(['serve', '--listen', '0', '--json', '--log-level', 'error']);
  if (server.stdout === null) throw new Error('no output');
  const [line] = await once(createInterface(server.stdout), 'line');
  return JSON.parse(line);
}

async function stop(): Promise<number | null> {
  server.kill('SIGTERM');
  const [code] = await once(server, 'exit');
  return code;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fumarole-serve-'));
  token = (await serve()).token ?? '';
});
afterAll(async () => {
  if (server.exitCode === null) await stop();
  rmSync(folder, { recursive: true });
});

describe('fumarole serve and the commands beside it', () => {
  it('prints the token at the first start', () => {
    expect(token).toMatch(/^fum_[\w-]{43}$/);
  });

  it('find the server without being told', async () => {
    const added = await fumarole(
      'devices',
      'add',
      'IMEI:7',
      '--model',
      'M1',
      '--manufacturer',
      'ACME',
      '--json',
    );
    expect(JSON.parse(added.out)).toMatchObject({ id: 'IMEI:7', credentials: { client: { scheme: 'mac' } } });
    const listed = await fumarole('devices', 'list');
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out).toMatch(/^DEVICE\s+MAKER\s+MODEL.*\nIMEI:7\s+ACME\s+M1 /);
    const twice = await fumarole('devices', 'add', 'IMEI:7');
    expect(twice).toMatchObject({ code: 1, err: expect.stringContaining('(device-exists)') });
  });

  it('import devices, and tell the rows that were refused', async () => {
    writeFileSync(join(folder, 'fleet.csv'), 'id,model\nIMEI:8,M2\nIMEI:7,M1\n');
    const done = await fumarole('devices', 'import', 'fleet.csv');
    expect(done).toMatchObject({
      code: 1,
      out: expect.stringContaining('IMEI:8'),
      err: expect.stringContaining('line 3 (IMEI:7)'),
    });
  });

  it('make, sign, upload, hold and remove a package', async () => {
    writeFileSync(join(folder, 'image.bin'), Buffer.alloc(10_000, 7));
    await fumarole('keys', 'generate', 'publisher');
    const make = [
      '--image',
      'image.bin',
      '--key',
      'publisher',
      '--name',
      'fw',
      '--version',
      '2.0',
      '--release',
      '2',
    ];
    const made = await fumarole(
      'package',
      'make',
      ...make,
      '--manufacturer',
      'ACME',
      '--model',
      'M1',
      '--out',
      'fw.pkg',
    );
    expect(made).toMatchObject({ code: 0 });
    const untrusted = await fumarole('packages', 'upload', 'fw.pkg');
    expect(untrusted).toMatchObject({ code: 1, err: expect.stringContaining('(package-refused)') });
    expect(await fumarole('keys', 'add', 'publisher.pub', '--name', 'me')).toMatchObject({ code: 0 });
    const uploaded = await fumarole('packages', 'upload', 'fw.pkg', '--json');
    const [{ id }] = JSON.parse(uploaded.out);
    expect((await fumarole('packages', 'list')).out).toMatch(
      /fw\s+2\.0\s+2\s+\d+\.\d kB\s+M1\s+any\s+published/,
    );
    expect((await fumarole('packages', 'hold', id.slice(0, 12))).out).toContain('held');
    expect(await fumarole('packages', 'remove', id)).toMatchObject({ code: 0 });
  });

  it('ask a device, and say that the answer is still to come: exit code 1', async () => {
    const asked = await fumarole('device-tree', 'get', 'IMEI:7', './DevDetail/FwV', '--wait', '0');
    expect(asked).toMatchObject({ code: 1, err: expect.stringContaining('is queued') });
    const listed = await fumarole('device-tree', 'commands', 'IMEI:7', '--json');
    expect(JSON.parse(listed.out)).toMatchObject([{ verb: 'get', uri: './DevDetail/FwV', state: 'queued' }]);
  });

  it('explain what comes next for a device', async () => {
    const why = await fumarole('why', 'IMEI:7');
    expect(why.code).toBe(0);
    expect(why.out.split('\n')[0]).toMatch(/^IMEI:7: \w.*\.$/);
    expect(await fumarole('why', 'nobody')).toMatchObject({
      code: 1,
      err: expect.stringContaining('(device-unknown)'),
    });
  });

  it('list no sessions before a device has spoken', async () => {
    expect(await fumarole('sessions', '--json')).toMatchObject({ code: 0, out: '[]\n' });
    expect(await fumarole('trace', 'none')).toMatchObject({
      code: 1,
      err: expect.stringContaining('(not-found)'),
    });
  });

  it('back up the running server; a restored one knows what the first knew', async () => {
    expect(await fumarole('backup', 'copy')).toMatchObject({ code: 0 });
    expect(await stop()).toBe(0);
    rmSync(join(folder, '.fumarole'), { recursive: true });
    expect(await fumarole('restore', 'copy')).toMatchObject({ code: 0 });
    const { url, token: again } = await serve();
    expect(again).toBeUndefined();
    const listed = await fumarole('devices', 'list', '--server', url, '--token', token, '--json');
    expect(JSON.parse(listed.out)).toMatchObject([{ id: 'IMEI:7' }, { id: 'IMEI:8' }]);
  });
});

describe('waits and logs', () => {
  it.each([
    ['{"planner":{"retryBase":1}}', /settings.json: planner: there is no "retryBase"; known are refreshMs, /],
    [
      '{"planner":{"silentMs":"14d"}}',
      /planner.silentMs: a whole number from 1 to \d+ is expected, not "14d"/,
    ],
    ['{', /settings.json is no JSON/],
  ])('--config %s is refused', async (text, message) => {
    writeFileSync(join(folder, 'settings.json'), text);
    const ended = await fumarole('serve', '--listen', '0', '--config', 'settings.json', '--data', 'other');
    expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) });
  });

  it('standard output has the address alone, the log file the log', async () => {
    writeFileSync(join(folder, 'settings.json'), '{"planner":{"refreshMs":5},"dueIntervalMs":50}');
    const child = start([
      ...['serve', '--listen', '0', '--json', '--data', 'other'],
      ...['--config', 'settings.json', '--log-file', 'logs/server.log'],
    ]);
    const out = text(child.stdout);
    await expect
      .poll(() => readFileSync(join(folder, 'logs/server.log'), 'utf8'), WAIT)
      .toContain('listening');
    await expect.poll(out, WAIT).toContain('\n');
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(JSON.parse(out())).toEqual({
      url: expect.any(String),
      token: expect.any(String),
      pid: expect.any(Number),
    });
  });

  it('settings go to the server, options of the command line win', () => {
    const flags = {
      data: 'd',
      enrol: 'closed',
      offer: 'manual',
      logLevel: 'info',
      tlsMin: 'TLSv1.2',
      dm11: true,
    } as const;
    const settings = {
      planner: { graceMs: 7 },
      stopGraceMs: 5,
      sessionIdleMs: 50,
      traces: { maxRows: 3, maxAgeMs: 9 },
    };
    const options = { ...flags, listen: ['0'], sessionIdle: 2, traceDays: 1 };
    expect(serverOptions(options, settings)).toMatchObject({
      planner: { graceMs: 7 },
      stopGraceMs: 5,
      sessionIdleMs: 2_000,
      traces: { maxRows: 3, maxAgeMs: 86_400_000 },
    });
  });

  it('without --log-file the log is on standard error', async () => {
    const child = start(['serve', '--listen', '0', '--data', 'other']);
    const [out, err] = [text(child.stdout), text(child.stderr)];
    await expect.poll(out, WAIT).toContain('Fumarole at');
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(out()).not.toContain('"level"');
    expect(err()).toMatch(/^{"level":"info".*listening/);
  });
});

it.each([
  ['8080', { port: 8080 }],
  ['0.0.0.0:1', { host: '0.0.0.0', port: 1 }],
  ['[::1]:443', { host: '::1', port: 443 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
])('--listen %s', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

it.each(['', 'x', '::1:80', '1.2.3.4', ':80', '65536', 'a:b:1'])('--listen %j is refused', (text) => {
  expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'usage' }));
});

describe('--listen with TLS of its own', () => {
  const common = { tlsCert: 'c.pem', tlsKey: 'k.pem', tlsMin: 'TLSv1.2' } as const;
  const tls = { certFile: 'c.pem', keyFile: 'k.pem', minVersion: 'TLSv1.2' };

  it('an old version is open on the one address that names it', () => {
    const parts = ['0.0.0.0:8443', 'tls-min=TLSv1', '443', '127.0.0.1:8080', 'plain'];
    expect(parseListeners(parts, common)).toEqual([
      { host: '0.0.0.0', port: 8443, tls: { ...tls, minVersion: 'TLSv1' } },
      { port: 443, tls },
      { host: '127.0.0.1', port: 8080 },
    ]);
  });

  it('a certificate and authorities of its own', () => {
    const parts = ['1', 'tls-cert=a=b.pem', 'tls-key=d.pem', 'tls-client-ca=ca.pem'];
    expect(parseListeners(parts, {})).toEqual([
      { port: 1, tls: { certFile: 'a=b.pem', keyFile: 'd.pem', clientCaFile: 'ca.pem' } },
    ]);
  });

  it.each([['tls-min=TLSv1'], ['1,tls-min=SSLv3'], ['1,tls-cert=a']])('%s is refused', (text) => {
    expect(() => parseListeners(text.split(','), {})).toThrow(expect.objectContaining({ code: 'usage' }));
  });
  it('a minimum version without a certificate is refused', () => {
    expect(() => parseListeners(['1', 'tls-min=TLSv1.3'], {})).toThrow(/needs --tls-cert/);
  });
});
