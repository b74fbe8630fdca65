import { sha256Of, type World, type WorldDevice } from '@fumarole/testkit';
import { expect } from 'vitest';
import type { Flow } from './flow-table.ts';

/** The one firmware update management object of the devices in these tests. */
export const ROOT = './FwUpdate/Main';

/** Sets a flow going: the order of the service provider, the first session, or what the device does by itself. */
export async function startFlow(
  world: World,
  flow: Flow,
  device: WorldDevice,
  sealed: Uint8Array,
): Promise<void> {
  if (flow.order !== undefined) {
    const package_ = flow.holdsPackage ? { package: sha256Of(sealed) } : {};
    await world.order({ device: device.id, ...flow.order, ...package_ });
  }
  switch (flow.start) {
    case 'package-0':
      return; // the wake brings it; drive() only helps later sessions along
    case 'device':
      await device.handle.poke();
      return;
    case 'user-request':
    case 'device-request': {
      const report = await device.handle.requestUpdate(flow.start === 'user-request' ? 'user' : 'device');
      expect(report.requestStatus).toBe(200);
      return;
    }
    case 'held-update':
      await device.handle.poke();
      await device.handle.startHeldUpdate();
      return;
    case 'own-download': {
      await setPkgURL(world, device, sealed);
      await device.handle.startDownloadAndUpdate();
    }
  }
}

/** D2: the URL was put there in an earlier session; here by a single tree command of the operator. */
async function setPkgURL(world: World, device: WorldDevice, sealed: Uint8Array): Promise<void> {
  const { url } = await world.api<{ url: string }>('POST', `/packages/${sha256Of(sealed)}/links`, {
    device: device.id,
  });
  await world.api('POST', `/devices/${encodeURIComponent(device.id)}/commands`, {
    verb: 'set',
    uri: `${ROOT}/DownloadAndUpdate/PkgURL`,
    value: url,
  });
  await device.handle.poke();
}
