/** Reading a device, changing it, and telling what changed, in one conditional write. */
import { deviceKey } from '@fumarole/dm/objects';
import { type DeviceRecord, fitRecord, type Instant, type TimelineEntry } from '@fumarole/fumo/server';
import { deviceColumns } from '../store/device-columns.ts';
import { updateDevice } from '../store/update-device.ts';
import { FleetError } from './fleet.ts';
import type { FleetPorts } from './fleet-ports.ts';

export interface Changed {
  readonly device: DeviceRecord;
  readonly log: readonly TimelineEntry[];
}

/**
 * Applies `change` to the newest record, again when somebody was faster; undefined leaves it as it is.
 * @throws FleetError `device-unknown`, and what `change` throws.
 */
export async function changeDevice(
  { store }: Pick<FleetPorts, 'store'>,
  deviceId: string,
  change: (device: DeviceRecord) => Changed | undefined,
): Promise<DeviceRecord> {
  const key = deviceKey(deviceId);
  const row = await updateDevice(store, key, (current) => {
    if (current === undefined) {
      throw unknownDevice(deviceId);
    }
    const changed = change(current.record);
    if (changed === undefined) {
      return undefined;
    }
    const record = fitRecord(changed.device);
    return {
      record,
      columns: deviceColumns(record),
      timeline: changed.log.map((entry) => ({ key, id: record.id, entry })),
      events: [],
    };
  });
  if (row === undefined) {
    throw unknownDevice(deviceId);
  }
  return row.record;
}

export function unknownDevice(deviceId: string): FleetError {
  return new FleetError('device-unknown', `there is no device ${deviceId}`);
}

/** A line about what an operator did. */
export function operatorLine(at: Instant, text: string, update?: string): TimelineEntry {
  return { at, kind: 'operator', text, ...(update === undefined ? {} : { update }) };
}
