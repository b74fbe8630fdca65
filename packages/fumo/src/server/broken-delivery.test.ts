import { expect, it } from 'vitest';
import { evaluateDue } from './due.ts';
import { Bench, fumoScript, somePackage } from './scripted-device.fixture.ts';

/** A device that is cut off while it takes the package, and stays away. */
const broken = (): Bench => {
  const bench = new Bench(fumoScript(['Update']), [somePackage()]);
  bench.open();
  for (let round = 0; round < 8 && deliveries(bench) === 0; round++) bench.round(bench.answers());
  return bench;
};

function deliveries(bench: Bench): number {
  return bench.sent.filter(({ kind }) => kind === 'replace').length;
}

it('F-130: a device that stays away after a broken delivery is woken once, not in a circle', () => {
  const bench = broken();
  const { graceMs, silentMs } = bench.config;
  const { dueAt } = evaluateDue(bench.device, bench.ctx).device;
  expect(dueAt).toBe(bench.now + graceMs);
  bench.now += graceMs;
  const woken = evaluateDue(bench.device, bench.ctx);
  expect(woken.wake).toBe(true);
  expect(woken.device.dueAt).toBe(bench.now - graceMs + silentMs + 1);
});

it('F-127: after a broken delivery a new one begins, after a pause', () => {
  const bench = broken();
  bench.session();
  expect(bench.device.update).toMatchObject({ state: 'assigned', reason: 'network', failures: 1 });
  bench.now = (bench.device.update?.retryAt ?? 0) + 1;
  bench.session();
  expect(deliveries(bench)).toBe(2);
  expect(bench.device.update?.state).toBe('installing');
});
