import type { DeviceRecord } from '@fumarole/fumo/server';
import type { DeviceColumns, DeviceCommit, DeviceRow, Store } from './port.ts';
import { StoreError } from './store-error.ts';

/** What an operation on a device changes; columns always follow the record. */
export interface DeviceChange extends Omit<DeviceCommit, 'device'> {
  readonly record: DeviceRecord;
  readonly columns: DeviceColumns;
}

/** Attempts before giving up: each lost one means that another writer made progress. */
const MAX_ATTEMPTS = 50;

/**
 * Reads, changes and writes one device, again whenever somebody else was faster. `change` is called with the newest
 * row and must be repeatable; undefined leaves the device as it is.
 */
export async function updateDevice(
  store: Store,
  key: string,
  change: (row: DeviceRow | undefined) => DeviceChange | undefined | Promise<DeviceChange | undefined>,
): Promise<DeviceRow | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const row = await store.device(key);
    const next = await change(row);
    if (next === undefined) return row;
    const expected = row?.version ?? 0;
    const { record, columns, ...rest } = next;
    const outcome = await store.commitDevice({ ...rest, device: { key, expected, record, columns } });
    if (outcome === 'committed') return { key, version: expected + 1, record, columns };
  }
  throw new StoreError('contended', `device ${key} changed ${MAX_ATTEMPTS} times while it was being changed`);
}
