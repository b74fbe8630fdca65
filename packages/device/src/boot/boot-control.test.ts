import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFacts, NO_FACTS, recover } from '@fumarole/fumo/device';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeDisk } from '../disk/node-disk.ts';
import { fileBootControl, writeFirstBoot } from './boot-control.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fumarole-boot-'));
});
afterEach(() => rm(dir, { recursive: true }));

const ROOT = './FUMO';
const SHA = 'ab'.repeat(32);
const switching = applyFacts(NO_FACTS, [
  {
    kind: 'accepted',
    root: ROOT,
    operation: {
      id: 1,
      kind: 'update',
      serverId: 's',
      startedBy: 'server',
      acceptedAt: 1,
      step: 'updating',
      restarts: 0,
    },
  },
  { kind: 'install-progress', root: ROOT, progress: { step: 'switching', slot: 'b', sha256: SHA } },
]);

it('an earlier roll-back is not taken for the end of a trial that the power cut before it began', async () => {
  const boot = fileBootControl(nodeDisk, join(dir, 'boot.json'), async () => 0);
  await boot.arm('b', 1);
  await boot.giveUp();
  const observed = async () => {
    const { good, trial, rolledBack } = await boot.read();
    const next = trial?.slot ?? good;
    return {
      bootedSlot: good,
      bootedSha256: 'cd'.repeat(32),
      nextSlot: next,
      ...(rolledBack && { rolledBackSlot: rolledBack }),
    };
  };
  expect(recover(switching, await observed(), 5)).toMatchObject([{ kind: 'fail', code: 410 }]);
  await boot.forgetRollBack();
  expect(recover(switching, await observed(), 5)).toMatchObject([{ kind: 'install' }]);
});

const damages: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ['is gone', (path) => rm(path)],
  ['is empty', (path) => truncate(path, 0)],
  ['is cut off', (path) => truncate(path, 20)],
  ['is far too long', (path) => writeFile(path, Buffer.alloc(100_000, '['))],
  ['has another floor', (path) => altered(path, '"securityFloor": 7', '"securityFloor": 0')],
  ['has another slot', (path) => altered(path, '"good": "b"', '"good": "a"')],
  ['has another count', (path) => altered(path, '"count": 2', '"count": 9')],
];

async function altered(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

describe.each(['boot.json', 'boot.json.copy'])('%s', (name) => {
  it.each(
    damages,
  )('that %s takes neither slot nor security floor along, and is mended', async (_, damage) => {
    const path = join(dir, 'boot.json');
    const control = () => fileBootControl(nodeDisk, path, async () => 0);
    await writeFirstBoot(nodeDisk, path, 3);
    await control().confirm('b', 7);
    await damage(join(dir, name));
    expect(await control().read()).toEqual({ version: 1, good: 'b', securityFloor: 7 });
    await rm(join(dir, name === 'boot.json' ? 'boot.json.copy' : 'boot.json'));
    expect(await control().read()).toMatchObject({ good: 'b', securityFloor: 7 });
  });
});

it('a power loss between the two leaves the newer one', async () => {
  const path = join(dir, 'boot.json');
  await writeFirstBoot(nodeDisk, path, 3);
  const cut = {
    ...nodeDisk,
    rename: async (from: string, to: string) => {
      if (to.endsWith('.copy')) throw new Error('power');
      await nodeDisk.rename(from, to);
    },
  };
  await expect(fileBootControl(cut, path, async () => 0).confirm('b', 7)).rejects.toThrow('power');
  expect(await fileBootControl(nodeDisk, path, async () => 0).read()).toMatchObject({ securityFloor: 7 });
});
