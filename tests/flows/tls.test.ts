/** Whole updates with everything inside TLS: the session, the descriptor, the package, the report. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority, World } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './start-flow.ts';

const authority = new TestAuthority();
const OLD = Buffer.alloc(50_000, 'old');
const NEW = Buffer.alloc(200_000, 'new');

let world: World;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fumarole-tls-'));
  const files = { certFile: join(dir, 'cert'), keyFile: join(dir, 'key'), clientCaFile: join(dir, 'ca') };
  const own = authority.issue({ name: 'server' });
  await writeFile(files.certFile, own.cert);
  await writeFile(files.keyFile, own.key);
  await writeFile(files.clientCaFile, authority.cert);
  const port = await freePort();
  world = await World.open({
    server: {
      listeners: [{ port: 0 }, { port, tls: files }],
      publicUrl: `https://127.0.0.1:${port}`,
    },
  });
});
afterAll(async () => {
  await world.close();
  await rm(dir, { recursive: true });
});

const firmware = { image: OLD, version: '1', release: 1 };
const publish = (model: string): Promise<unknown> =>
  world.publish({ image: NEW, version: '2', release: 2, models: [model] });

describe.each([
  ['PkgData', 'pkgdata', 'md5'],
  ['PkgURL', 'url', 'mac'],
  ['a descriptor', 'descriptor', 'md5'],
  ['Basic, which only TLS allows', 'url', 'basic'],
] as const)('by %s', (_, via, scheme) => {
  it('P-119 D-071 F-001: updated, with the authority pinned', async () => {
    const name = `tls-${via}-${scheme}`;
    await publish(name);
    const tls = { ca: authority.cert };
    const device = await world.add({
      name,
      tls,
      provision: { offer: 'manual', clientScheme: scheme },
      device: { firmware, download: { tls }, fumo: [{ uri: ROOT }] },
    });
    await world.order({ device: device.id, via });
    await device.handle.poke();
    const known = await world.drive(device, (update) => update?.state === 'confirmed');
    expect(known.firmware).toBe('2');
    expect(device.handle.status()).toMatchObject({ fwV: '2', alertsOwed: 0 });
  });
});

it('P-119: without the authority nothing reaches the server', async () => {
  const device = await world.add({ name: 'tls-stranger', device: { firmware } });
  expect(await device.handle.poke()).toMatchObject({ outcome: 'failed' });
  expect((await world.device(device.id)).lastSeen ?? null).toBeNull();
});

it('P-120: a client certificate alone proves the device', async () => {
  const name = 'tls-certificate';
  await publish(name);
  const tls = { ca: authority.cert, ...authority.issue({ name: `urn:test:${name}` }) };
  const device = await world.add({
    name,
    tls,
    provision: { clientScheme: 'transport' },
    device: { firmware, download: { tls } },
  });
  await device.handle.poke();
  expect((await world.drive(device, (update) => update?.state === 'confirmed')).firmware).toBe('2');
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === 'object' ? address.port : 0;
}
