import type { ServerEvent } from '@fumarole/dm/server';
import { describe, expect, it } from 'vitest';
import { Bench, fumoScript, somePackage } from './scripted-device.fixture.ts';

const DAY = 24 * 3_600_000;
const crossed = { kind: 'authenticated', scheme: 'md5', crossed: true } as const satisfies ServerEvent;
const told = (DmV: string): ServerEvent => ({
  kind: 'dev-info',
  items: [{ uri: './DevInfo/DmV', value: DmV }],
});

function someBench(packages: readonly ReturnType<typeof somePackage>[] = []): Bench {
  return new Bench(fumoScript(['DownloadAndUpdate']), packages, { refreshMs: 0 });
}

function versions(bench: Bench, ...told: readonly string[]): Bench {
  for (const version of told) {
    bench.nodes['./DevDetail/FwV'] = version;
    bench.session();
  }
  return bench;
}

describe('nonces that come back', () => {
  it('once is a warning, twice is quarantine: nothing is offered in that very session', () => {
    const bench = someBench([somePackage()]);
    bench.device = { ...bench.device, policy: { ...bench.device.policy, offer: 'manual' } };
    bench.session();
    bench.session([crossed]);
    expect(bench.device.quarantine).toBeUndefined();
    expect(bench.log.at(-1)).toMatchObject({ kind: 'warning' });
    bench.device = { ...bench.device, policy: { ...bench.device.policy, offer: 'automatic' } };
    expect(bench.session([crossed])).toEqual([]);
    expect(bench.device).toMatchObject({
      quarantine: { reason: expect.stringContaining('two devices may use this id') },
      why: expect.stringContaining('in quarantine'),
    });
  });

  it('twice in a year is twice a backup that was put back and taken out again', () => {
    const bench = someBench();
    bench.session([crossed]);
    bench.now += 180 * DAY;
    bench.session([crossed]);
    expect(bench.device.quarantine).toBeUndefined();
  });
});

describe('facts that come and go', () => {
  it('a version that alternates: quarantine', () => {
    const { device } = versions(someBench(), '1.0', '2.0', '1.0', '2.0');
    expect(device.quarantine?.reason).toContain('firmware version alternates between 2.0 and 1.0');
  });

  it('the version of the DM client too, which every session tells', () => {
    const bench = someBench();
    for (const DmV of ['1.2', '1.3', '1.2', '1.3']) bench.session([told(DmV)]);
    expect(bench.device.quarantine?.reason).toContain('DM client version');
  });

  it.each([
    ['forth and back', ['1.0', '2.0', '1.0']],
    ['always another', ['1.0', '2.0', '1.0', '3.0', '1.0', '4.0']],
    ['nothing at times', ['1.0', 'unknown', '1.0', '', '1.0', 'unknown']],
  ])('%s is one device', (_, seen) => {
    expect(versions(someBench(), ...seen).device.quarantine).toBeUndefined();
  });

  it('a version that our own update was to change begins anew', () => {
    const bench = versions(someBench(), '1.0', '2.0', '1.0');
    bench.packages = [somePackage({ version: '2.0', fromVersions: ['1.0'] })];
    bench.session();
    expect(bench.device.update?.attempts.at(-1)?.sentAt).toBeDefined();
    versions(bench, '2.0', '1.0', '2.0');
    expect(bench.device.quarantine).toBeUndefined();
  });
});
