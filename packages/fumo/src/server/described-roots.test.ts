import { expect, it } from 'vitest';
import { rootsByDescription } from './described-roots.ts';
import type { DeviceRecord } from './device-record.ts';
import { MAX_NODES } from './limits.ts';
import type { ModelDescription } from './model-description.ts';
import { newDevice } from './new-device.ts';

const nodes = {
  download: true,
  update: false,
  pkgData: false,
  downloadAndUpdate: false,
  pkgName: false,
  pkgVersion: false,
  state: true,
};
const described: ModelDescription = {
  id: 'x',
  roots: ['A', 'B'].map((name) => ({
    path: [name, ''],
    always: false,
    addable: false,
    nodes,
    optional: false,
  })),
};
const list = (names: readonly string[]) => ({
  status: 200,
  format: 'node',
  value: names.join('/'),
  at: 1,
  contact: 1,
});
const device = (count: number): DeviceRecord => {
  const children = list(Array.from({ length: count }, (_, i) => `c${i}`));
  return { ...newDevice({ id: 'D' }, 'manual', 0), nodes: { './A': children, './B': children } };
};

it('unnamed objects are looked for among the children of the node above', () => {
  expect(rootsByDescription(device(2), described)).toEqual({
    kind: 'ask',
    uris: ['./A/c0', './A/c1', './B/c0', './B/c1'],
  });
});

it('no more places are asked about than the record remembers answers', () => {
  const step = rootsByDescription(device(300), described);
  expect(step?.kind).toBe('ask');
  if (step?.kind === 'ask') expect(step.uris.length).toBeLessThan(MAX_NODES / 2);
});
