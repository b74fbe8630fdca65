import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, NEW_IMAGE, newPublisher, OLD_IMAGE, sha256Of } from '../test/bench.ts';
import { CUT_PHASES, type CutPhase, type Simulate } from './simulate.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

describe('a device that holds a package', () => {
  it('F-017 F-049 F-051 F-095: starts the update itself, passes 60 and 90, and owes one result', async () => {
    await bench.create({ heldPackage: await bench.publisher.make() });
    const device = await bench.start();
    expect(device.status()).toMatchObject({ fwV: '1.0', slot: 'a', roots: [{ state: 50 }] });
    await device.startHeldUpdate();
    expect(await bench.result()).toBe(200);
    expect(bench.states()).toEqual([60, 90]);
    expect(device.status()).toMatchObject({
      fwV: '2.0',
      release: 2,
      slot: 'b',
      imageSha256: sha256Of(NEW_IMAGE),
      alertsOwed: 1,
    });
    expect(sha256Of(await bench.slot('b'))).toBe(sha256Of(NEW_IMAGE));
    await expect(device.startHeldUpdate()).rejects.toMatchObject({ code: 'refused' });
  });

  it('keeps the new image and the owed result over a restart', async () => {
    await bench.create({ heldPackage: await bench.publisher.make() });
    const device = await bench.start();
    await device.startHeldUpdate();
    await bench.result();
    await device.stop();
    const again = await bench.start();
    expect(again.status()).toMatchObject({ fwV: '2.0', slot: 'b', alertsOwed: 1, roots: [{ state: 90 }] });
  });
});

describe('F-135: what is wrong with a package is found before a slot is touched', () => {
  it.each([
    ['F-099: a signature of a stranger', 404, () => newPublisher().make()],
    ['F-098: another model', 403, () => bench.publisher.make({ models: ['M2'] })],
    ['F-098: other hardware', 403, () => bench.publisher.make({ hardware: ['2'] })],
    ['F-098: another base version', 403, () => bench.publisher.make({ fromVersions: ['0.9'] })],
    ['a lower release', 405, () => bench.publisher.make({ release: 0 })],
    ['F-097: half a package', 402, async () => (await bench.publisher.make()).subarray(0, 300_000)],
    ['F-097: no package at all', 402, async () => new TextEncoder().encode('<html>not found</html>')],
  ])('%s → %i, State 80', async (_, code, make) => {
    await bench.create({ heldPackage: await make() });
    const device = await bench.start();
    await device.startHeldUpdate();
    expect(await bench.result()).toBe(code);
    expect(bench.states()).toEqual([60, 70, 80]);
    expect(device.status()).toMatchObject({ fwV: '1.0', slot: 'a', imageSha256: sha256Of(OLD_IMAGE) });
    expect(sha256Of(await bench.slot('a'))).toBe(sha256Of(OLD_IMAGE));
    await expect(bench.slot('b')).rejects.toThrow('ENOENT');
  });

  it('F-097: an octet that turned in the storage → 402', async () => {
    await bench.create({ heldPackage: await bench.publisher.make(), simulate: { damagePackage: true } });
    const device = await bench.start();
    await device.startHeldUpdate();
    expect(await bench.result()).toBe(402);
  });

  it('never goes below the security floor that a confirmed image raised', async () => {
    await bench.create({ heldPackage: await bench.publisher.make({ release: 5, securityFloor: 4 }) });
    const device = await bench.start();
    await device.startHeldUpdate();
    expect(await bench.result()).toBe(200);
    const boot: unknown = JSON.parse(await readFile(`${bench.dir}/boot.json`, 'utf8'));
    expect(boot).toMatchObject({ version: 1, good: 'b', securityFloor: 4 });
  });

  it.each([
    ['there', []],
    ['one of two', ['boot.json']],
    ['lost, both copies', ['boot.json', 'boot.json.copy']],
  ])('never goes below the security floor of the image that runs, boot variables %s', async (_, lost) => {
    const heldPackage = await bench.publisher.make({ release: 4, allowDowngrade: true });
    const firmware = { image: OLD_IMAGE, version: '1.0', release: 9, securityFloor: 5, heldPackage };
    await bench.create({ firmware });
    for (const name of lost) await writeFile(`${bench.dir}/${name}`, 'damaged');
    const device = await bench.start();
    await device.startHeldUpdate();
    expect(await bench.result()).toBe(404);
  });
});

describe('simulated misbehaviour', () => {
  it.each<[string, Simulate, number, number]>([
    ['F-105: the image does not boot: rolled back', { failBoot: true }, 410, 70],
    ['F-105: the installer fails', { failUpdate: true }, 410, 70],
    ['F-110: no room for the update', { noSpace: 'update' }, 502, 70],
    ['F-060 F-096: the user refuses', { refuseUser: 'update' }, 401, 50],
  ])('%s', async (_, simulate, code, state) => {
    await bench.create({ heldPackage: await bench.publisher.make(), simulate });
    const device = await bench.start();
    await device.startHeldUpdate();
    expect(await bench.result()).toBe(code);
    expect(bench.states()).toEqual([60, state]);
    expect(device.status()).toMatchObject({
      fwV: '1.0',
      imageSha256: sha256Of(OLD_IMAGE),
      roots: [{ state }],
    });
  });

  it('a lying device tells another version than its slot holds', async () => {
    await bench.create({ simulate: { lieVersion: '9.9' } });
    expect((await bench.start()).status()).toMatchObject({ fwV: '9.9', imageSha256: sha256Of(OLD_IMAGE) });
  });
});

describe('F-057 F-058: power cuts within an update', () => {
  const phases = CUT_PHASES.filter((phase) => !['receiving', 'downloading', 'downloaded'].includes(phase));
  it.each(
    phases.map((phase) => [phase]),
  )('at %s: finished after the restart, one result', async (phase: CutPhase) => {
    await bench.create({ heldPackage: await bench.publisher.make(), simulate: { powerCutAt: phase } });
    const device = await bench.start();
    await device.startHeldUpdate().catch((error: unknown) => expect(String(error)).toContain('power cut'));
    await bench.event(({ kind }) => kind === 'stopped');
    const again = await bench.start();
    await expect.poll(() => again.status().alertsOwed).toBe(1);
    expect(again.status()).toMatchObject({
      fwV: '2.0',
      slot: 'b',
      imageSha256: sha256Of(NEW_IMAGE),
      roots: [{ state: 90, lastResult: 200 }],
    });
  });

  it('an installation that loses the power again and again is given up with 410', async () => {
    await bench.create({
      heldPackage: await bench.publisher.make(),
      simulate: { powerCutAt: 'writing', powerCutTimes: 99 },
    });
    const first = await bench.start();
    await first.startHeldUpdate();
    for (let starts = 0; starts < 10; starts += 1) {
      await bench.event(({ kind }) => kind === 'stopped');
      bench.events.length = 0;
      const device = await bench.start();
      const end = await bench.event(({ kind }) => kind === 'stopped' || kind === 'alert');
      if (end.kind === 'alert') {
        expect(end.code).toBe(410);
        expect(device.status().imageSha256).toBe(sha256Of(OLD_IMAGE));
        return;
      }
    }
    expect.unreachable();
  });
});
