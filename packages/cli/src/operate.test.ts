import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The command line against a running server that a real device talks to. */

const bin = join(import.meta.dirname, '..', 'bin', 'fumarole.js');
let world: World;
let device: WorldDevice;
let token = '';

beforeAll(async () => {
  world = await World.open();
  token = world.server.adminToken ?? '';
  device = await world.add({
    name: 'operated',
    provision: { offer: 'manual' },
    device: { firmware: { image: Buffer.alloc(1000, 1), version: '1.0', release: 1 } },
  });
});
afterAll(() => world.close());

async function fumarole(
  ...args: readonly string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const connection = { FUMAROLE_SERVER: world.server.url, FUMAROLE_TOKEN: token };
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: world.dir,
    env: { PATH: process.env.PATH, ...connection },
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (piece: Buffer) => {
    text.out += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => {
    text.err += piece.toString();
  });
  const [code] = await once(child, 'close');
  return { code, ...text };
}

describe('with a device', () => {
  it('a get is answered by the device, which package 0 calls', async () => {
    const got = await fumarole('device-tree', 'get', device.id, './DevDetail/FwV', '--wake', '--wait', '20');
    expect(got).toEqual({ code: 0, out: '1.0\n', err: '' });
  });

  it('a node that is not there is told in words: exit code 1', async () => {
    const got = await fumarole('device-tree', 'get', device.id, './Nothing/Here', '--wake', '--wait', '20');
    expect(got).toMatchObject({ code: 1, err: expect.stringContaining('404 Not found') });
  });

  it('a sequence with a step that the device refuses is shown whole: exit code 1', async () => {
    const steps = [
      { verb: 'get', uri: './DevDetail/FwV' },
      { verb: 'set', uri: './DevDetail/FwV', value: '9' },
    ];
    await writeFile(join(world.dir, 'steps.json'), JSON.stringify(steps));
    const wake = ['--wake', '--wait', '20'];
    const got = await fumarole('device-tree', 'sequence', device.id, 'steps.json', ...wake);
    expect(got).toMatchObject({
      code: 1,
      err: expect.stringMatching(/answered 4\d\d .*to set \.\/DevDetail\/FwV/),
    });
    expect(got.out).toMatch(/get +\.\/DevDetail\/FwV +200 OK/);
  });

  it('what it told is kept, and shown as it was told', async () => {
    const shown = await fumarole('device-tree', 'show', device.id, './DevDetail', '--json');
    expect(JSON.parse(shown.out)).toContainEqual(
      expect.objectContaining({ uri: './DevDetail/FwV', value: '1.0' }),
    );
  });

  it('the session is explained, and shown as XML without secrets', async () => {
    const sessions = JSON.parse((await fumarole('sessions', '--device', device.id, '--json')).out);
    expect(sessions.length).toBeGreaterThan(0);
    const { id } = sessions.at(-1);
    const told = await fumarole('trace', id);
    expect(told.out).toMatch(/^│?├─ message 1 · \d+ octets of WBXML ─+ [\d:.]+ ──▶│$/m);
    expect((await fumarole('trace', id, '--text')).out).toMatch(/device → server {2}message 1/);
    expect(told.out).toContain(`Device ${device.id}`);
    const xml = await fumarole('trace', id, '--xml');
    expect(xml.out).toContain('<SyncML');
    expect(xml.out).toContain('[redacted]');
  });

  it('its timeline and the events tell the same', async () => {
    const timeline = JSON.parse((await fumarole('timeline', device.id, '--json')).out);
    expect(timeline.length).toBeGreaterThan(0);
    const events = await fumarole('events', '--device', device.id, '--after', '0', '--count', '2', '--json');
    const told = events.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(told).toMatchObject([{ device: device.id }, { device: device.id }]);
    expect(told[0].data.text).toBe(timeline[0].text);
    expect(told[1].sequence).toBeGreaterThan(told[0].sequence);
  });
});
