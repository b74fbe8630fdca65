import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatProvisioning, provisioningOf } from '@fumarole/dm/bootstrap';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../test/bench.ts';
import { accountOf, BootstrapBench, proved } from '../../test/bootstrap-bench.ts';
import { inTurn } from '../../test/dm-server.ts';
import { bootstrapDevice } from './offline.ts';

let world: BootstrapBench;
beforeEach(async () => {
  world = await BootstrapBench.open();
});
afterEach(() => world.close());

describe('once there is an account', () => {
  it('a replay is refused, also when the account has gone and after a restart', async () => {
    let device = await world.bare();
    const push = proved(world.cp(), 'network');
    expect(await world.pushed(device, push)).toMatch(/^accepted/);
    expect(await world.pushed(device, push)).toBe('refused: this document was taken before');
    const root =
      (await world.storedNodes()).find(({ type }) => type === 'urn:oma:mo:oma-dm-dmacc:1.0')?.uri ?? '';
    world.dm.script = inTurn([{ kind: 'delete', key: 'gone', uri: root }]);
    await device.poke('bench');
    expect(device.status().servers).toEqual([]);
    await device.stop();
    device = await world.bench.start();
    expect(await world.pushed(device, push)).toBe('refused: this document was taken before');
  });

  it('N-107: a second bootstrap for its server is refused, unless the device or its user lets it', async () => {
    const moved = formatProvisioning(
      provisioningOf({ ...accountOf(world.dm), name: 'again' }, { init: false }),
      'wbxml',
    );
    const device = await world.bare();
    await device.bootstrap(world.cp());
    await device.whenIdle();
    expect(await world.pushed(device, proved(moved, 'network'))).toBe(
      'refused: there is an account of bench',
    );
    expect((await world.storedNodes()).filter(({ uri }) => uri.endsWith('/Name'))).toEqual([]);
  });

  it.each([
    ['replace'],
    ['ask'],
  ] as const)('N-107: with the policy %s it takes the place of the first', async (existing) => {
    const moved = formatProvisioning(
      provisioningOf({ ...accountOf(world.dm), name: 'again' }, { init: false }),
      'wbxml',
    );
    const device = await world.bare({ policy: { user: { confirm: 'yes' } } }, { existing });
    await device.bootstrap(world.cp());
    await device.whenIdle();
    expect(await world.pushed(device, proved(moved, 'network'))).toMatch(/^accepted/);
    const named = (await world.storedNodes()).filter(({ uri }) => /^\.\/DMAcc\/[^/]+\/Name$/.test(uri));
    expect(named.map(({ value }) => value)).toEqual(['again']);
    expect(device.status().servers).toEqual(['bench']);
    expect((await device.poke('bench')).outcome).toBe('ended');
  });

  it('N-079: INIT contacts the server at once where the policy leaves it to the document', async () => {
    const device = await world.bare({}, { contact: 'init' });
    await device.bootstrap(world.cp(world.second));
    await device.whenIdle();
    expect(world.sessions()).toEqual([]);
    await device.bootstrap(world.cp(world.dm, true));
    await world.bench.event((event) => event.kind === 'session' && event.phase === 'ended');
    expect(world.sessions()).toEqual(['bench 1201 ended']);
  });

  it('N-108: a server that could not be contacted is contacted after the next start', async () => {
    const document = world.profile();
    await world.bench.create({ accounts: [], bootstrap: { allowHttp: true } });
    expect(await bootstrapDevice(world.bench.dir, document)).toEqual(['bench']);
    expect(world.dm.requests).toBe(0);
    const device = await world.bench.start();
    await device.whenIdle();
    expect(world.sessions()).toEqual(['bench 1201 ended']);
    await device.stop();
    const again = await world.bench.start();
    await again.whenIdle();
    expect(world.sessions()).toEqual(['bench 1201 ended']);
  });
});

it('an account that went before its server was contacted leaves nothing to do', async () => {
  await world.bench.create({ accounts: [], bootstrap: { allowHttp: true } });
  await bootstrapDevice(world.bench.dir, world.cp());
  await bootstrapDevice(world.bench.dir, world.cp(world.second));
  await rm(join(world.bench.dir, 'tree'));
  const device = await world.bench.start();
  await device.whenIdle();
  expect([device.status().servers, world.sessions()]).toEqual([[], []]);
});

describe('several accounts', () => {
  it('N-078 S-026: each server sees its own account and nothing of the other; the first one owns the firmware', async () => {
    const device = await world.bare();
    expect(await world.pushed(device, proved(world.cp(), 'network'))).toMatch(/^accepted/);
    expect(await world.pushed(device, proved(world.profile(world.second), 'network'))).toBe(
      'accepted: accounts of second',
    );
    const roots = (await world.storedNodes())
      .filter(({ type }) => type === 'urn:oma:mo:oma-dm-dmacc:1.0')
      .map(({ uri }) => uri);
    const asked = roots.flatMap(
      (root) =>
        [
          { kind: 'get', key: `get ${root}`, uri: `${root}/ServerID` },
          {
            kind: 'replace',
            key: `set ${root}`,
            uri: `${root}/AppAddr/1/Addr`,
            format: 'chr',
            data: 'http://127.0.0.1:9/',
          },
        ] as const,
    );
    const firmware = { kind: 'exec', key: 'exec', uri: `${ROOT}/Update`, correlator: 'c' } as const;
    world.second.script = inTurn([...asked, firmware]);
    await device.poke('second');
    const [own = '', other = ''] = [roots.at(1), roots.at(0)];
    expect([`get ${other}`, `set ${other}`, 'exec'].map((key) => world.second.statusOf(key))).toEqual([
      425, 425, 425,
    ]);
    expect(world.second.statusOf(`set ${own}`)).toBe(200);
    world.dm.script = inTurn([{ ...firmware }, { kind: 'get', key: 'acl', uri: `${other}?prop=ACL` }]);
    await device.poke('bench');
    // Nothing to update from: it may, and there is no package.
    expect(world.dm.statusOf('exec')).not.toBe(425);
    expect(world.dm.valueOf(`${other}?prop=ACL`)).toBe('Delete=bench&Get=bench&Replace=bench');
  });

  it('S-027: with its account a server loses every right, on disk too, and the others keep theirs', async () => {
    const device = await world.bare({}, { firmware: 'every' });
    await device.bootstrap(world.cp());
    await device.bootstrap(world.cp(world.second));
    await device.whenIdle();
    const acls = async () => (await world.storedNodes()).flatMap(({ acl = '' }) => (acl === '' ? [] : [acl]));
    expect((await acls()).join(' ')).toContain('Exec=bench+second');
    const root =
      (await world.storedNodes()).find(({ value }) => value === 'bench')?.uri.replace('/ServerID', '') ?? '';
    world.dm.script = inTurn([{ kind: 'delete', key: 'gone', uri: root }]);
    await device.poke('bench');
    expect(world.dm.statusOf('gone')).toBe(200);
    expect(device.status().servers).toEqual(['second']);
    await device.stop();
    expect((await acls()).join(' ')).not.toContain('bench');
    expect((await acls()).filter((acl) => acl.includes('Exec=second'))).toHaveLength(1);
    await expect((await world.bench.start()).poke('bench')).rejects.toMatchObject({ code: 'no-account' });
  });
});
