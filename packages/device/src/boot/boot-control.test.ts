import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFacts, NO_FACTS, recover } from '@fumarole/fumo/device';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeDisk } from '../disk/node-disk.ts';
import { fileBootControl } from './boot-control.ts';

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
  const boot = fileBootControl(nodeDisk, join(dir, 'boot.json'));
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
