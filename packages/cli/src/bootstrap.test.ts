import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeviceHost } from '@fumarole/device';
import { World } from '@fumarole/testkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

/** `fumarole bootstrap` and `fumarole device bootstrap` as a person uses them, against a running server. */

const bin = join(import.meta.dirname, '..', 'bin', 'fumarole.js');
let world: World;
beforeAll(async () => {
  world = await World.open();
  await writeFile(join(world.dir, 'image.bin'), Buffer.alloc(1000, 1));
  await writeFile(join(world.dir, 'more.json'), JSON.stringify({ bootstrap: { allowHttp: true } }));
});
afterAll(() => world.close());

async function fumarole(
  ...args: readonly string[]
): Promise<{ code: number | null; out: Buffer; err: string }> {
  const connection = { FUMAROLE_SERVER: world.server.url, FUMAROLE_TOKEN: world.server.adminToken ?? '' };
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: world.dir,
    env: { PATH: process.env.PATH, ...connection },
  });
  const pieces: Buffer[] = [];
  let err = '';
  child.stdout.on('data', (piece: Buffer) => void pieces.push(piece));
  child.stderr.on('data', (piece: Buffer) => {
    err += piece.toString();
  });
  const [code] = await once(child, 'close');
  return { code, out: Buffer.concat(pieces), err };
}

const create = (dir: string, ...more: readonly string[]) =>
  fumarole(
    ...['device', 'create', dir, '--device', `urn:cli:${dir}`, '--manufacturer', 'M', '--model', 'X'],
    ...[
      '--image',
      'image.bin',
      '--firmware-version',
      '1',
      '--publisher',
      'ab'.repeat(32),
      '--config',
      'more.json',
    ],
    ...more,
  );
const contacts = async (dir: string) => (await world.device(`urn:cli:${dir}`)).contacts;

/** Runs the device until the server has seen it. */
async function runs(dir: string): Promise<void> {
  const host = new DeviceHost();
  await host.start(join(world.dir, dir));
  await vi.waitFor(async () => expect(await contacts(dir)).toBeGreaterThan(0), 10_000);
  await host.stop();
}

it('a push in a file: PIN printed once, a wrong one refused, the right one makes the account', async () => {
  const made = await fumarole('bootstrap', 'urn:cli:one', '--out', 'one.push', '--format', 'push');
  expect(made.err).toBe('');
  const pin = /PIN for the user\s+(\d{6})/.exec(made.out.toString())?.[1] ?? '';
  expect(made.out.toString()).toContain('USERPIN');
  expect((await stat(join(world.dir, 'one.push'))).mode & 0o777).toBe(0o600);
  expect((await create('one')).out.toString()).toContain('waits for a bootstrap');
  const wrong = await fumarole('device', 'bootstrap', 'one', 'one.push', '--pin', '1');
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('the PIN is wrong')]);
  const right = await fumarole('device', 'bootstrap', 'one', 'one.push', '--pin', pin, '--json');
  expect(JSON.parse(right.out.toString())).toMatchObject({ servers: ['fumarole'] });
  await runs('one');
});

it('XML on standard output, into a running device', async () => {
  const made = await fumarole(
    'bootstrap',
    'urn:cli:two',
    '--security',
    'none',
    '--format',
    'xml',
    '--out',
    '-',
  );
  expect(made.out.toString()).toMatch(/^<\?xml[\s\S]*<wap-provisioningdoc/);
  await writeFile(join(world.dir, 'two.xml'), made.out);
  await create('two');
  const host = new DeviceHost();
  const device = await host.start(join(world.dir, 'two'));
  const taken = await fumarole('device', 'bootstrap', 'two', 'two.xml');
  expect(taken.out.toString()).toBe('The device has an account of fumarole.\n');
  await vi.waitFor(async () => expect(await contacts('two')).toBe(1), 10_000);
  const again = await fumarole('device', 'bootstrap', 'two', 'two.xml');
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('there is an account of fumarole')]);
  expect((await fumarole('device', 'status', 'two')).out.toString()).toMatch(/accounts\s+fumarole/);
  await device.stop();
});

it('JSON is all that is on standard output, with the connection given by options', async () => {
  const connection = ['--server', world.server.url, '--token', world.server.adminToken ?? ''];
  const made = await fumarole('bootstrap', 'urn:cli:json', '--json', ...connection);
  expect([made.code, made.err]).toEqual([0, '']);
  expect(JSON.parse(made.out.toString())).toMatchObject({ id: 'urn:cli:json', sent: false });
});

it('a DM profile at creation, and a card', async () => {
  await fumarole(
    'bootstrap',
    'urn:cli:three',
    '--document',
    'dm',
    '--security',
    'none',
    '--out',
    'three.wbxml',
  );
  const shown = await fumarole('decode', 'three.wbxml');
  expect(shown.out.toString()).toContain('urn:oma:mo:oma-dm-dmacc:1.0');
  expect((await create('three', '--bootstrap', 'three.wbxml')).code).toBe(0);
  await runs('three');
  await fumarole('bootstrap', 'urn:cli:four', '--card', 'card');
  expect((await readFile(join(world.dir, 'card', '2F00'))).toString('latin1')).toContain('PKCS-15');
  const more = { bootstrap: { allowHttp: true }, smartcard: { folder: join(world.dir, 'card') } };
  await writeFile(join(world.dir, 'more.json'), JSON.stringify(more));
  await create('four');
  await runs('four');
});

it('says what is wrong with what was asked for', async () => {
  const nowhere = await fumarole('bootstrap', 'urn:cli:five');
  expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('--send, --out FILE')]);
  const unreachable = await fumarole('bootstrap', 'urn:cli:five', '--send');
  expect([unreachable.code, unreachable.err]).toEqual([1, expect.stringContaining('set its wake address')]);
  await writeFile(join(world.dir, 'rubbish'), 'rubbish');
  await create('six');
  const rubbish = await fumarole('device', 'bootstrap', 'six', 'rubbish');
  expect([rubbish.code, rubbish.err]).toEqual([1, expect.stringContaining('malformed')]);
  const unbooted = await create('seven', '--bootstrap', 'rubbish');
  expect([unbooted.code, unbooted.err]).toEqual([
    1,
    expect.stringMatching(/without an account[\s\S]*malformed/),
  ]);
  await fumarole('bootstrap', 'urn:cli:seven', '--security', 'none', '--out', 'seven.wbxml');
  expect((await fumarole('device', 'bootstrap', 'seven', 'seven.wbxml')).code).toBe(0);
});
