import { afterEach, describe, expect, it } from 'vitest';
import { judge } from './measure.ts';
import { chance, mutated } from './mutate.ts';
import type { SliceResult } from './slice.ts';
import { add, newLine, table } from './summary.ts';
import { Supervisor } from './supervisor.ts';
import { TARGETS } from './targets/index.ts';

/** The fuzzer has to find what it is made for: a worker whose targets are broken on purpose. */
const broken = new Supervisor(new URL('./broken-worker.ts', import.meta.url));
afterEach(() => broken.stop());

async function found(target: string): Promise<SliceResult> {
  return broken.run({ target, seed: 1, seconds: 1 }, 5000);
}

describe('a broken decoder', () => {
  it.each([
    ['crash', 'wrong', /TypeError: nothing is there \(crash/],
    ['slow', 'slow', /ms per 64 kB/],
    ['hang', 'hang', /no end within 5000 ms/],
    ['large', 'large', /MB for \d+ octets/],
    ['property', 'wrong', /halves: Broken: not a half/],
  ])(
    'that has a %s is found, with the input',
    async (target, kind, reason) => {
      const [finding] = (await found(target)).findings;
      expect(finding).toMatchObject({ kind, reason: expect.stringMatching(reason) });
      // the input, or the shrunk case: enough to see it again
      expect(finding?.octets?.[0] ?? finding?.shown).toBeDefined();
      if (finding?.octets !== undefined && target !== 'large') expect([...finding.octets]).toContain(0x21);
    },
    60_000,
  );

  it('that keeps what it was given is found', async () => {
    const { findings, kept } = await found('leak');
    expect(findings.map(({ kind }) => kind)).toContain('leak');
    expect(kept).toBeGreaterThan(16 * 2 ** 20);
  }, 60_000);

  it('ends its worker, and the next slice has a new one', async () => {
    expect((await found('hang')).findings).toHaveLength(1);
    expect((await broken.run({ target: 'sound', seed: 1, seconds: 1 })).findings).toEqual([]);
  }, 60_000);
});

describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (_name, target) => {
  it('takes each of its seeds, and some mutations', async () => {
    const seeds = target.seeds();
    const any = chance(5);
    for (const octets of [...seeds, ...Array.from({ length: 20 }, () => mutated(seeds, any))]) {
      const verdict = await judge(target, octets);
      expect(verdict.kind === 'wrong' ? verdict.reason : '').toBe('');
    }
  });
});

it('R-053: the same seed makes the same inputs', () => {
  const seeds = [Uint8Array.of(1, 2, 3)];
  const of = (seed: number): string[] => {
    const any = chance(seed);
    return Array.from({ length: 50 }, () => Buffer.from(mutated(seeds, any)).toString('hex'));
  };
  expect(of(3)).toEqual(of(3));
  expect(of(3)).not.toEqual(of(4));
});

it('the summary has a line for each target', () => {
  const result: SliceResult = {
    target: 'a',
    inputs: 3,
    cases: 2,
    milliseconds: 1.25,
    peak: 2 ** 20,
    kept: 0,
    findings: [],
  };
  const line = add(add(newLine('a'), result, 2), result, 3);
  expect(table([line]).split('\n')[2]).toMatch(/^\| a +\| +5 \| +6 \| +4 \| +1\.3 \| +1 \| +0\.0 \| +0 \|$/);
});
