import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cardFiles } from '@fumarole/dm/bootstrap';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BootstrapBench } from '../../test/bootstrap-bench.ts';
import { DeviceHost } from '../host.ts';
import type { SmartcardReader } from './smartcard.ts';

let world: BootstrapBench;
beforeEach(async () => {
  world = await BootstrapBench.open();
});
afterEach(() => world.close());

describe('the smartcard', () => {
  const folder = () => join(world.bench.dir, 'card');

  async function writeCard(...documents: readonly Uint8Array[]): Promise<void> {
    await rm(folder(), { recursive: true, force: true });
    const files = cardFiles(
      documents.map((document) => ({ profile: document[1] === 0x0b ? 'cp' : 'dm', document })),
    );
    for (const { path, octets } of files) {
      await mkdir(join(folder(), ...path.slice(0, -1)), { recursive: true });
      // Files of a card have a fixed size: the rest is FF (N-123).
      await writeFile(join(folder(), ...path), Buffer.concat([octets, Buffer.alloc(40, 0xff)]));
    }
  }

  const card = (more: object = {}) => ({ smartcard: { folder: folder(), checkMs: 20, ...more } });

  it('N-121 N-123: documents of both profiles are accounts at power-on, without MAC, the files filled up with FF', async () => {
    await mkdir(world.bench.dir, { recursive: true });
    await writeCard(world.cp(), world.profile(world.second));
    const device = await world.bare(card());
    await device.whenIdle();
    expect([...device.status().servers].sort()).toEqual(['bench', 'second']);
    expect([...world.sessions()].sort()).toEqual(['bench 1201 ended', 'second 1201 ended']);
    await device.stop();
    const again = await world.bench.start();
    await again.whenIdle();
    expect(again.status().servers).toHaveLength(2);
    expect(world.sessions()).toHaveLength(2);
  });

  it('N-122: what the card no longer lists goes, with its rights; other accounts stay', async () => {
    await writeCard(world.cp());
    const device = await world.bare(card(), { firmware: 'every' });
    await device.bootstrap(world.cp(world.second));
    await device.whenIdle();
    expect([...device.status().servers].sort()).toEqual(['bench', 'second']);
    await rm(folder(), { recursive: true });
    await expect.poll(() => device.status().servers, { timeout: 10_000 }).toEqual(['second']);
    await expect
      .poll(async () => (await world.storedNodes()).map(({ acl }) => acl).join(' '))
      .not.toContain('bench');
    // And it comes back with the card.
    await writeCard(world.cp());
    await expect
      .poll(() => [...device.status().servers].sort(), { timeout: 10_000 })
      .toEqual(['bench', 'second']);
  });

  it('N-122: a card that was taken out while the device was off', async () => {
    await writeCard(world.cp());
    const device = await world.bare(card());
    await device.whenIdle();
    await device.stop();
    await writeCard(world.cp(world.second));
    const again = await world.bench.start();
    expect(again.status().servers).toEqual(['second']);
  });

  it('a reader of the host is asked instead of a folder', async () => {
    const files = new Map(
      cardFiles([{ profile: 'dm', document: world.profile() }]).map(({ path, octets }) => [
        path.join('/'),
        octets,
      ]),
    );
    const reader: SmartcardReader = {
      card: async () => 'iccid 8949',
      read: async (path) => files.get(path.join('/')),
    };
    await world.bench.create({ accounts: [], bootstrap: { allowHttp: true } });
    const host = new DeviceHost({ smartcard: () => reader });
    const device = await host.start(world.bench.dir);
    await device.whenIdle();
    expect(device.status().servers).toEqual(['bench']);
    await host.stop();
  });

  it('N-124: is not read when it is switched off', async () => {
    await writeCard(world.cp());
    const device = await world.bare(card({ enabled: false }));
    await device.whenIdle();
    expect(device.status().servers).toEqual([]);
  });

  it('a reader that fails does no harm, and is told of', async () => {
    const told: string[] = [];
    let broken = true;
    const files = new Map(
      cardFiles([{ profile: 'dm', document: world.profile() }]).map(({ path, octets }) => [
        path.join('/'),
        octets,
      ]),
    );
    const reader: SmartcardReader = {
      card: async () => {
        if (broken) throw new Error('no contact');
        return 'iccid 8949';
      },
      read: async (path) => files.get(path.join('/')),
    };
    await world.bench.create({ accounts: [], bootstrap: { allowHttp: true }, smartcard: { checkMs: 20 } });
    const host = new DeviceHost({ smartcard: () => reader });
    host.onEvent((_, event) => void (event.kind === 'error' && told.push(event.text)));
    const device = await host.start(world.bench.dir);
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(1), { timeout: 10_000 });
    expect(told).toContain('the card can not be read: no contact');
    broken = false;
    await vi.waitFor(() => expect(device.status().servers).toEqual(['bench']), { timeout: 10_000 });
    await host.stop();
  });

  it.each([
    Buffer.from('rubbish'),
    Buffer.alloc(200, 0x30),
    Buffer.from('61ff4f00', 'hex'),
  ])('a card of rubbish does no harm: %#', async (rubbish) => {
    await writeCard(world.cp());
    await writeFile(join(folder(), '2F00'), rubbish);
    const device = await world.bare(card());
    expect(device.status().servers).toEqual([]);
  });
});
