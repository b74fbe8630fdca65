import { expect, it } from 'vitest';
import type { QueuedCommand } from './device-record.ts';
import { fitRecord } from './fit-record.ts';
import { MAX_COMMAND_VALUE, MAX_RECORD, MAX_WAITING_VALUES } from './limits.ts';
import { newDevice } from './new-device.ts';
import { Bench, fumoScript } from './scripted-device.fixture.ts';

const set = (
  id: number,
  state: QueuedCommand['state'],
  length: number = MAX_COMMAND_VALUE,
): QueuedCommand => ({
  id: String(id),
  verb: 'set',
  uri: './A',
  value: 'x'.repeat(length),
  state,
  queuedAt: 1,
});

it('the largest values that may wait and the results of those that did not leave the record within its bound', () => {
  const waiting = Array.from({ length: MAX_WAITING_VALUES / MAX_COMMAND_VALUE }, (_, i) =>
    set(100 + i, 'queued'),
  );
  const results = [{ uri: './A', value: 'y'.repeat(8192) }];
  const done = Array.from({ length: 16 }, (_, i) => ({ ...set(i, 'answered', 0), results }));
  const fitted = fitRecord({ ...newDevice({ id: 'D' }, 'automatic', 0), commands: [...done, ...waiting] });
  expect(JSON.stringify(fitted).length).toBeLessThanOrEqual(MAX_RECORD);
  expect(fitted.commands.slice(-4)).toEqual(waiting);
});

it('a value that was written is not kept', () => {
  const bench = new Bench(fumoScript([]), [], {}, { commands: [set(1, 'queued', 20)] });
  expect(JSON.stringify(bench.device)).toContain('xxxx');
  bench.session();
  expect(bench.device.commands).toMatchObject([{ state: 'answered', status: 200 }]);
  expect(JSON.stringify(bench.device)).not.toContain('xxxx');
});
