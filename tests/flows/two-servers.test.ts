import { decodeBase64 } from '@fumarole/dm/auth';
import type { ApiBootstrap, ApiBootstrapRequest, ApiTreeCommand } from '@fumarole/server/api';
import { isSettled, readHubImage, World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

/** Two servers of two operators, and one device that has an account of each. */
const OLD = readHubImage('movehub', '7.27.0');
const NEW = readHubImage('movehub', '7.28.0');

let owner: World;
let guest: World;
beforeAll(async () => {
  [owner, guest] = await Promise.all([
    World.open({ server: { serverId: 'owner' } }),
    World.open({ server: { serverId: 'guest' } }),
  ]);
});
afterAll(() => Promise.all([owner.close(), guest.close()]));

const path = (id: string, rest: string): string => `/devices/${encodeURIComponent(id)}/${rest}`;

async function bootstrap(world: World, device: WorldDevice, request: ApiBootstrapRequest): Promise<void> {
  const { document } = await world.api<ApiBootstrap>('POST', path(device.id, 'bootstrap'), request);
  await device.handle.bootstrap(decodeBase64(document) ?? new Uint8Array());
  await vi.waitFor(async () => expect((await world.device(device.id)).contacts).toBeGreaterThan(0), 10_000);
}

/** What a server's command comes to, in a session that the device opens with it. */
async function command(world: World, device: WorldDevice, json: object): Promise<ApiTreeCommand> {
  const { id } = await world.api<ApiTreeCommand>('POST', path(device.id, 'commands'), json);
  await device.handle.poke(world === owner ? 'owner' : 'guest');
  return world.api('GET', path(device.id, `commands/${id}`));
}

it('S-026 S-027: each sees its own account; the first updates the firmware, the second may not; who leaves has no rights left', async () => {
  await Promise.all(
    [owner, guest].map((world) =>
      world.publish({ image: NEW.image, version: NEW.version, release: 5, models: ['shared'] }),
    ),
  );
  const { id, dir } = await owner.create({
    name: 'shared',
    bare: true,
    device: { firmware: { image: OLD.image, version: OLD.version, release: 4 } },
  });
  const device = await owner.start(id, dir);
  await bootstrap(owner, device, { document: 'cp', security: 'none' });
  await bootstrap(guest, device, { document: 'dm', security: 'none' });
  expect(device.handle.status().servers).toEqual(['owner', 'guest']);

  const accounts = { owner: './DMAcc/1', guest: './DMAcc/account' };
  const read = (account: string) => ({ verb: 'get', uri: `${account}/ServerID` });
  expect(await command(guest, device, read(accounts.owner))).toMatchObject({ status: 425 });
  expect(await command(owner, device, read(accounts.guest))).toMatchObject({ status: 425 });
  expect(await command(guest, device, read(accounts.guest))).toMatchObject({ status: 200 });

  const url = { verb: 'set', uri: './FwUpdate/Main/Download/PkgURL', value: 'http://guest.example/' };
  expect(await command(guest, device, url)).toMatchObject({ status: 425 });
  await owner.api('PATCH', `/devices/${encodeURIComponent(id)}`, { offer: 'automatic' });
  const known = await owner.drive(device, isSettled);
  expect(known.update).toMatchObject({ state: 'confirmed', toVersion: NEW.version });

  const grant = {
    verb: 'set',
    uri: './FwUpdate/Main?prop=ACL',
    value: 'Exec=owner+guest&Get=*&Replace=owner+guest',
  };
  expect(await command(owner, device, grant)).toMatchObject({ status: 200 });
  expect(await command(guest, device, url)).toMatchObject({ status: 200 });

  expect(await command(guest, device, { verb: 'delete', uri: accounts.guest })).toMatchObject({
    status: 200,
  });
  expect(device.handle.status().servers).toEqual(['owner']);
  await expect(device.handle.poke('guest')).rejects.toMatchObject({ code: 'no-account' });
  const acl = await command(owner, device, { verb: 'get', uri: './FwUpdate/Main?prop=ACL' });
  expect(acl.results?.[0]?.value).toBe('Exec=owner&Get=*&Replace=owner');
});
