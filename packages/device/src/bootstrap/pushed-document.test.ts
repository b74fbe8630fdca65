import { createSocket } from 'node:dgram';
import {
  type BootstrapPush,
  type BootstrapSecurity,
  documentMac,
  encodeBootstrapPush,
  formatProfile,
  macKeys,
  pinMacCode,
  profileOf,
} from '@fumarole/dm/bootstrap';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountOf, BootstrapBench, IMSI, proved, sendPush, toldBy } from '../../test/bootstrap-bench.ts';
import type { DeviceHandle } from '../handle.ts';
import { DeviceHost } from '../host.ts';
import type { Prompter } from '../ui/user-interaction.ts';
import { hmacSha1 } from './proof.ts';

let world: BootstrapBench;
beforeEach(async () => {
  world = await BootstrapBench.open();
});
afterEach(() => world.close());

describe('a pushed document', () => {
  it.each<[string, () => Uint8Array, BootstrapSecurity]>([
    ['N-080: client provisioning by NETWPIN', () => world.cp(), 'network'],
    ['N-080: client provisioning by USERPIN', () => world.cp(), 'pin'],
    ['N-080: client provisioning by USERNETWPIN', () => world.cp(), 'pin-network'],
    ['N-100 N-104 N-108: a DM profile by NETWORKID', () => world.profile(), 'network'],
    ['N-104: a DM profile by USERPIN', () => world.profile(), 'pin'],
    ['N-105: a DM profile by USERPIN_NETWORKID', () => world.profile(), 'pin-network'],
  ])('%s makes a working account, and a session at once', async (_, document, security) => {
    const device = await world.bare({}, { pin: '1234' });
    expect(device.status().servers).toEqual([]);
    expect(await world.pushed(device, proved(document(), security))).toBe('accepted: accounts of bench');
    expect(world.sessions()).toEqual(['bench 1201 ended']);
    expect(world.dm.events).toContainEqual(expect.objectContaining({ kind: 'opened', trigger: 1201 }));
    expect(device.status().servers).toEqual(['bench']);
  });

  it('N-104: a network secret in semi-octets proves a DM profile too', async () => {
    const device = await world.bare();
    const [, semi] = macKeys('dm', 'network', { networkId: IMSI });
    const mac = documentMac(semi ?? new Uint8Array(), world.profile(), hmacSha1);
    expect(
      await world.pushed(device, proved(world.profile(), 'network', { mac: mac.toLowerCase() })),
    ).toMatch(/^accepted/);
  });

  it('N-081: USERPINMAC is proved by what the user enters', async () => {
    const document = world.cp();
    const device = await world.bare({}, { pin: pinMacCode('12345', document, hmacSha1) });
    expect(
      await world.pushed(device, { profile: 'cp', encoding: 'wbxml', security: 'pin-mac', document }),
    ).toMatch(/^accepted/);
  });

  it.each<[string, () => BootstrapPush, string]>([
    [
      'N-085: without SEC and MAC',
      () => ({ profile: 'cp', encoding: 'wbxml', document: world.cp() }),
      'nothing proves it',
    ],
    [
      'N-085: without MAC',
      () => ({ profile: 'cp', encoding: 'wbxml', security: 'pin', document: world.cp() }),
      'nothing proves it',
    ],
    [
      'N-084: altered under its MAC',
      () => ({ ...proved(world.cp(), 'network'), document: world.cp(world.second) }),
      'the MAC is wrong',
    ],
    [
      'N-102: in XML',
      () => ({
        ...proved(formatProfile(profileOf(accountOf(world.dm), 'x'), 'xml'), 'network'),
        profile: 'dm',
        encoding: 'xml',
      }),
      'only WBXML can be pushed',
    ],
    [
      'that is another than its type says',
      () => ({ ...proved(world.cp(), 'network'), profile: 'dm' }),
      'it is not what its media type says',
    ],
  ])('%s is refused without a word to anybody', async (_, push, reason) => {
    const device = await world.bare();
    const before = await world.storedNodes();
    expect(await world.pushed(device, push())).toBe(`refused: ${reason}`);
    expect([device.status().servers, world.sessions(), world.dm.requests]).toEqual([[], [], 0]);
    expect(await world.storedNodes()).toEqual(before);
  });

  it('N-085: without MAC is taken under the test switch only', async () => {
    const device = await world.bare({}, { unproved: 'accept' });
    expect(await world.pushed(device, { profile: 'cp', encoding: 'wbxml', document: world.cp() })).toMatch(
      /^accepted/,
    );
  });

  it('N-103: nothing is sent in answer to it but the session of its own', async () => {
    const device = await world.bare();
    const socket = createSocket('udp4');
    const answers: Uint8Array[] = [];
    socket.on('message', (datagram) => answers.push(datagram));
    socket.send(
      encodeBootstrapPush(proved(world.profile(), 'network')),
      device.status().wakePort ?? 0,
      '127.0.0.1',
    );
    await world.bench.event((event) => event.kind === 'session' && event.phase === 'ended');
    await device.whenIdle();
    socket.close();
    const statuses = world.dm.events.filter(({ kind }) => kind === 'status' || kind === 'results');
    expect([answers, statuses]).toEqual([[], []]);
  });

  it('an account that the device could never reach is refused: plain http without leave', async () => {
    const device = await world.bare({}, { allowHttp: false });
    expect(await world.pushed(device, proved(world.cp(), 'network'))).toMatch(
      /^refused: its address is plain http/,
    );
  });
});

describe('the PIN', () => {
  /** A user who enters these, one after the other. */
  function user(...pins: readonly string[]): Prompter & { asked: number } {
    const prompter = {
      asked: 0,
      ask: async () => ({ kind: 'answer', answers: [pins[prompter.asked++] ?? ''] }) as const,
    };
    return prompter;
  }

  async function withUser(
    prompter: Prompter,
    fresh = true,
  ): Promise<{ device: DeviceHandle; host: DeviceHost }> {
    const schedule = { wakePort: 0, wakeHost: '127.0.0.1' };
    if (fresh) await world.bench.create({ accounts: [], bootstrap: { allowHttp: true }, schedule });
    const host = new DeviceHost({ prompter });
    host.onEvent((_, event) => void world.bench.events.push(event));
    return { device: await host.start(world.bench.dir), host };
  }

  async function outcome(device: DeviceHandle, push: BootstrapPush): Promise<string> {
    const before = world.bench.events.length;
    const told = () => world.bench.events.slice(before).map(toldBy).join('');
    sendPush(device, push);
    await expect.poll(told, { timeout: 10_000 }).not.toBe('');
    await device.whenIdle();
    return told();
  }

  it('N-084: is asked for three times, then the document is given up and never asked about again', async () => {
    const prompter = user('1', '2', '3', '1234');
    const { device, host } = await withUser(prompter);
    const push = proved(world.cp(), 'pin');
    expect(await outcome(device, push)).toBe('refused: the PIN is wrong');
    expect(await outcome(device, push)).toMatch(/given up/);
    expect([prompter.asked, device.status().servers]).toEqual([3, []]);
    await host.stop();
    const again = await withUser(prompter, false);
    expect(await outcome(again.device, push)).toMatch(/given up/);
    expect(prompter.asked).toBe(3);
    await again.host.stop();
  });

  it('N-084: the third try may be the right one', async () => {
    const prompter = user('1', '12345678901234567890', '1234');
    const { device, host } = await withUser(prompter);
    expect(await outcome(device, proved(world.cp(), 'pin'))).toBe('accepted: accounts of bench');
    expect(prompter.asked).toBe(3);
    await host.stop();
  });

  it('N-084: tries count over a restart', async () => {
    const known = await world.bare({}, { pin: '9' });
    const push = proved(world.cp(), 'pin');
    expect(await world.pushed(known, push)).toBe('refused: the PIN is wrong');
    await known.stop();
    const device = await world.bench.start();
    expect(await world.pushed(device, push)).toBe('refused: the PIN is wrong');
    expect(await world.pushed(device, push)).toBe('refused: the PIN is wrong');
    expect(await world.pushed(device, push)).toMatch(/given up/);
  });

  it('nobody to ask: nothing is taken', async () => {
    const device = await world.bare();
    expect(await world.pushed(device, proved(world.cp(), 'pin'))).toBe('refused: no PIN was entered');
  });
});
