/** Devices that fell due, found by the index and claimed with a lease: retries, stage limits, silence. */
import { evaluateDue, type Instant } from '@fumarole/fumo/server';
import { changeDevice } from './change-device.ts';
import type { FleetPorts } from './fleet-ports.ts';
import { DUE_LEASE_MS } from './limits.ts';

/** How many devices were looked at. */
export async function runDue(ports: FleetPorts, now: Instant, atMost: number): Promise<number> {
  const rows = await ports.store.claimDueDevices(now, atMost, DUE_LEASE_MS);
  for (const { key, record } of rows) {
    let wake = false;
    await changeDevice(ports, record.id, (device) => {
      const { device: after, log, wake: needed } = evaluateDue(device, ports.context(now));
      wake = needed;
      return { device: after, log };
    });
    if (wake) {
      await ports.wake.wake(key);
    }
  }
  return rows.length;
}
