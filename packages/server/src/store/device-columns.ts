import type { DeviceRecord } from '@fumarole/fumo/server';
import type { DeviceColumns } from './port.ts';

/** The searchable columns of a record: derived, never a second truth. */
export function deviceColumns(record: DeviceRecord): DeviceColumns {
  return {
    manufacturer: record.manufacturer,
    model: record.model,
    firmware: record.nodes['./DevDetail/FwV']?.value,
    state: record.update?.state,
    quarantined: record.quarantine !== undefined,
    nextDue: record.dueAt,
  };
}
