import type { DeviceEvent, DeviceHandle } from '@fumarole/device';
import type { ApiDevice } from '@fumarole/server';
import type { ApiClient } from '../api-client.ts';
import type { HubDevice } from './hub-device.ts';
import { type HubRow, type Screen, SETTLED } from './hub-row.ts';

/** How often the server's word is asked for, milliseconds. */
const LOOK_MS = 200;

export interface Followed {
  readonly hub: HubDevice;
  readonly handle: DeviceHandle;
  readonly packageId: string;
  /** Octets of the package on its way. */
  readonly total: number;
  readonly imageSha256: string;
  readonly version: string;
}

/** How one hub ended: `confirmed`, or the reason why not. */
export interface Ending {
  readonly hub: string;
  readonly confirmed: boolean;
  readonly note: string;
}

/**
 * Shows every hub until the server calls its update settled (or the time is over), then judges the device itself:
 * the image in its active slot must hash to the published one and DevDetail must report the new version.
 */
export async function follow(
  api: ApiClient,
  hubs: readonly Followed[],
  screen: Screen,
  timeoutMs: number,
): Promise<readonly Ending[]> {
  const rows = new Map(hubs.map((followed) => [followed.hub.id, firstRow(followed)]));
  const show = (id: string, change: Partial<HubRow>) => {
    const before = rows.get(id);
    if (before === undefined) return;
    const row = { ...before, ...change };
    rows.set(id, row);
    screen.update(row);
  };
  for (const row of rows.values()) screen.update(row);
  const endings = new Map<string, Ending>();
  const unsubscribe = hubs.map(({ hub, handle, total }) =>
    handle.onEvent((event) => {
      // The line that tells how it ended is the last one of a hub.
      if (!endings.has(hub.id)) show(hub.id, changeOf(event, total));
    }),
  );
  const until = Date.now() + timeoutMs;
  while (endings.size < hubs.length && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const devices = new Map((await api.list<ApiDevice>('/devices')).map((device) => [device.id, device]));
    for (const followed of hubs) {
      const device = devices.get(followed.hub.id);
      if (endings.has(followed.hub.id) || device?.update === undefined) continue;
      const { state, reason } = device.update;
      if (state === rows.get(followed.hub.id)?.state) continue;
      if (!SETTLED.has(state)) show(followed.hub.id, { state });
      else {
        const ending = judge(followed, state, reason);
        endings.set(followed.hub.id, ending);
        show(followed.hub.id, finalChange(followed, state, ending));
      }
    }
  }
  for (const off of unsubscribe) off();
  return hubs.map(({ hub }) => endings.get(hub.id) ?? late(hub, rows.get(hub.id), timeoutMs));
}

function firstRow({ hub, handle, total }: Followed): HubRow {
  const { plan } = hub;
  const version = handle.status().fwV;
  return { hub: plan.hub, flow: plan.flow, title: plan.title, state: 'waiting', octets: 0, total, version };
}

function changeOf(event: DeviceEvent, total: number): Partial<HubRow> {
  if (event.kind !== 'progress') return {};
  const arriving = event.step === 'receive' || event.step === 'download';
  return { octets: arriving ? event.bytes : total };
}

function judge({ hub, handle, imageSha256, version }: Followed, state: string, reason?: string): Ending {
  const { plan } = hub;
  if (state !== 'confirmed') {
    return {
      hub: plan.hub,
      confirmed: false,
      note: `the server says ${state}${reason ? ` (${reason})` : ''}`,
    };
  }
  const status = handle.status();
  if (status.imageSha256 !== imageSha256)
    return { hub: plan.hub, confirmed: false, note: 'the active slot does not hold the published image' };
  if (status.fwV !== version)
    return { hub: plan.hub, confirmed: false, note: `the device reports ${status.fwV}` };
  return { hub: plan.hub, confirmed: true, note: `runs ${version}` };
}

function finalChange({ handle, total }: Followed, state: string, ending: Ending): Partial<HubRow> {
  const { fwV } = handle.status();
  if (ending.confirmed) return { state: 'confirmed', octets: total, version: fwV };
  return { state: state === 'confirmed' ? 'failed' : state, version: fwV, note: ending.note };
}

function late(hub: HubDevice, row: HubRow | undefined, timeoutMs: number): Ending {
  const note = `still ${row?.state ?? 'waiting'} after ${Math.round(timeoutMs / 1000)} s`;
  return { hub: hub.plan.hub, confirmed: false, note };
}
