import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeDisk } from '../disk/node-disk.ts';
import { WakeMemory } from './wake-memory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wakes-'));
});
afterEach(() => rm(folder, { recursive: true }));

const trigger = { serverId: 's', sessionID: '1', digest: 'AAAA' };

it('what was taken is known after a restart', async () => {
  const path = join(folder, 'wakes.json');
  await (await WakeMemory.open(nodeDisk, path, () => undefined)).note(trigger);
  expect((await WakeMemory.open(nodeDisk, path, () => undefined)).knows(trigger)).toBe(true);
});

it.each([
  '{',
  '[]',
  '{"version":2,"taken":[]}',
  '{"version":1,"taken":[null]}',
  '{"version":1,"taken":[{}]}',
])('a damaged file is kept beside, and the device goes on: %s', async (text) => {
  const path = join(folder, 'wakes.json');
  await writeFile(path, text);
  const told: unknown[] = [];
  const memory = await WakeMemory.open(nodeDisk, path, (event) => void told.push(event));
  expect(memory.knows(trigger)).toBe(false);
  expect(told).toMatchObject([{ kind: 'error', code: 'damaged' }]);
  expect(await readdir(folder)).toEqual(['wakes.json.damaged']);
});
