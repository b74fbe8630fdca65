/** Install-notify reports of download agents (dlota.md §4): recorded, never decisive; the DM alert is authoritative. */
import { deviceKey } from '@fumarole/dm/objects';
import { dlotaInfo } from '@fumarole/fumo/object';
import type { DeviceRecord, Instant } from '@fumarole/fumo/server';
import { type Changed, changeDevice } from './change-device.ts';
import type { FleetPorts } from './fleet-ports.ts';
import { MAX_NOTIFY_REPORTS, MAX_NOTIFY_TEXT } from './limits.ts';

/** Idempotent: the same report of an attempt changes nothing (D-048); an unknown code is logged as failure (D-047). */
export async function recordInstallNotify(
  ports: FleetPorts,
  deviceId: string,
  attemptId: string,
  code: number,
  text: string = '',
): Promise<void> {
  const key = deviceKey(deviceId);
  const before = await ports.store.installReports(key, attemptId);
  if (before.length >= MAX_NOTIFY_REPORTS || before.some((report) => report.code === code)) {
    return;
  }
  const at = ports.now();
  await ports.store.addInstallReport({
    key,
    attempt: attemptId,
    at,
    code,
    text: text.slice(0, MAX_NOTIFY_TEXT),
  });
  await changeDevice(ports, deviceId, (device) => noted(device, attemptId, code, at));
}

function noted(device: DeviceRecord, attemptId: string, code: number, at: Instant): Changed {
  const { update } = device;
  const own = update?.attempts.some(({ correlator }) => correlator === attemptId) === true;
  const meaning = dlotaInfo(code)?.text ?? 'unknown report, taken as failure';
  const line = {
    at,
    kind: 'notify',
    text: `download report ${code}: ${meaning}`,
    ...(own && update !== undefined ? { update: update.id } : {}),
    data: { code, attempt: attemptId },
  } as const;
  return own && update !== undefined
    ? { device: { ...device, update: { ...update, installNotify: { code, at } } }, log: [line] }
    : { device, log: [line] };
}
