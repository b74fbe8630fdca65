import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { createDevice } from '@fumarole/device';
import type { ApiProvisioned } from '@fumarole/server';
import type { ApiClient } from '../api-client.ts';
import type { HubImage } from './hub-images.ts';
import type { HubPlan } from './hubs.ts';
import { MANUFACTURER } from './publisher.ts';

/** How often an idle hub looks in at the server, milliseconds. */
const POLL_MS = 2_000;

export interface HubDevice {
  readonly plan: HubPlan;
  /** DevId, also its name on the server. */
  readonly id: string;
  readonly dir: string;
}

interface HubSetting {
  readonly api: ApiClient;
  readonly folder: string;
  readonly image: HubImage;
  readonly release: number;
  readonly publisher: Uint8Array;
  readonly heldPackage: Uint8Array | undefined;
}

/** Admits the hub at the server and makes its directory: account, identity, firmware, and the nodes its flow needs. */
export async function createHub(plan: HubPlan, setting: HubSetting): Promise<HubDevice> {
  const id = `urn:hub:${plan.hub}`;
  const wakePort = await freeUdpPort();
  const { credentials } = await setting.api.post<ApiProvisioned>('/devices', {
    json: {
      id,
      manufacturer: MANUFACTURER,
      model: plan.hub,
      wake: `udp:127.0.0.1:${wakePort}`,
      offer: plan.offer,
      clientScheme: 'mac',
      serverScheme: 'mac',
    },
  });
  const dir = join(setting.folder, plan.hub);
  await createDevice(dir, {
    name: plan.hub,
    identity: { devId: id, man: MANUFACTURER, mod: plan.hub, hwV: '1' },
    accounts: [{ ...credentials, url: `${setting.api.server}/dm`, allowHttp: true }],
    fumo: [{ uri: './FwUpdate/Main', ...plan.root }],
    largeObjects: plan.largeObjects,
    maxMsgSize: 16_384,
    maxObjSize: 8_000_000,
    firmware: {
      image: setting.image.image,
      version: setting.image.version,
      release: setting.release,
      ...(setting.heldPackage === undefined ? {} : { heldPackage: setting.heldPackage }),
    },
    trust: { publishers: [Buffer.from(setting.publisher).toString('hex')] },
    schedule: { pollMs: POLL_MS, wakePort, wakeHost: '127.0.0.1' },
  });
  return { plan, id, dir };
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
