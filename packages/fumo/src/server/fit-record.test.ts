import { expect, it } from 'vitest';
import type { QueuedCommand } from './device-record.ts';
import { fitRecord } from './fit-record.ts';
import { MAX_COMMAND_VALUE, MAX_RECORD, MAX_WAITING_VALUES } from './limits.ts';
import { newDevice } from './new-device.ts';

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

it('values that were written give way, those that wait stay: the record keeps its bound', () => {
  const waiting = Array.from({ length: MAX_WAITING_VALUES / MAX_COMMAND_VALUE }, (_, i) =>
    set(100 + i, 'queued'),
  );
  const done = Array.from({ length: 16 }, (_, i) => set(i, 'answered'));
  const fitted = fitRecord({ ...newDevice({ id: 'D' }, 'automatic', 0), commands: [...done, ...waiting] });
  expect(JSON.stringify(fitted).length).toBeLessThanOrEqual(MAX_RECORD);
  expect(fitted.commands).toHaveLength(20);
  expect(fitted.commands.filter(({ value }) => value !== undefined)).toEqual(waiting);
});
