import { deviceKey } from '@fumarole/dm/objects';
import type { DevicePolicy } from '@fumarole/fumo/server';
import { updateDevice } from '../store/update-device.ts';
import type { WakeOrder } from '../wake/channel.ts';
import { isWakeAddress, WAKE_ADDRESS_FORMS } from '../wake/wake-address.ts';
import type { ApiProvisioned, ApiProvisionRequest } from './api.ts';
import type { RestDeps } from './deps.ts';
import { found } from './outcome.ts';
import { RestError } from './rest-error.ts';

export interface DeviceChange {
  readonly offer?: DevicePolicy['offer'];
  readonly via?: DevicePolicy['via'];
  readonly operation?: DevicePolicy['operation'];
  /** Empty: back to what the server recognises. */
  readonly profile?: string;
  /** Schemes without TLS besides auth-MAC; empty: the server's rule. */
  readonly plainSchemes?: readonly ('basic' | 'md5')[];
  /** Empty: no longer reachable by package 0. */
  readonly wake?: string;
}

/** Admits a device and makes its credentials; refused when it is there already. */
export async function provision(deps: RestDeps, request: ApiProvisionRequest): Promise<ApiProvisioned> {
  checkWake(request.wake);
  const { id, manufacturer, model, wake, profile, offer, ...order } = request;
  const policy = offer === undefined ? {} : { policy: { offer } };
  const device = await deps.fleet.provision({
    id,
    ...defined({ manufacturer, model, wake, profile }),
    ...policy,
  });
  return { id: device.id, credentials: await deps.credentials.issue(device.id, order) };
}

export async function changeDevice(deps: RestDeps, id: string, change: DeviceChange): Promise<void> {
  const { wake, profile, ...policy } = change;
  checkWake(wake);
  const named = profile === undefined ? {} : { profile: profile === '' ? undefined : profile };
  if (Object.keys(policy).length > 0 || profile !== undefined)
    await deps.fleet.setPolicy(id, { ...policy, ...named });
  if (wake !== undefined) await setWake(deps, id, wake);
}

export async function removeDevice({ store }: RestDeps, id: string): Promise<void> {
  const key = deviceKey(id);
  const row = found(await store.device(key), 'device', id);
  if ((await store.removeDevice(key, row.version)) === 'conflict') {
    throw new RestError('conflict', `${id} has just changed; try again.`);
  }
}

export async function wakeDevice({ wake }: RestDeps, id: string, order: WakeOrder = {}): Promise<void> {
  const outcome = await wake.wake(deviceKey(id), order);
  if (outcome === 'unknown') throw new RestError('not-found', `There is no device ${id}.`);
  if (outcome === 'no-address') {
    throw new RestError(
      'unprocessable',
      `No wake address is known for ${id}; set one: ${WAKE_ADDRESS_FORMS}.`,
    );
  }
  if (outcome === 'no-channel') {
    throw new RestError(
      'unprocessable',
      `This server has no gateway for the wake address of ${id}; see the settings of "wake".`,
    );
  }
  if (outcome === 'no-credentials') {
    throw new RestError('unprocessable', `${id} has no server credentials, which package 0 is signed with.`);
  }
}

function checkWake(wake = ''): void {
  if (wake !== '' && !isWakeAddress(wake)) {
    throw new RestError('unprocessable', `${wake} is no wake address: ${WAKE_ADDRESS_FORMS}.`);
  }
}

async function setWake({ store }: RestDeps, id: string, wake: string): Promise<void> {
  await updateDevice(store, deviceKey(id), (row) => {
    const { record, columns } = found(row, 'device', id);
    const { wake: _before, ...rest } = record;
    return { record: wake === '' ? rest : { ...rest, wake }, columns, timeline: [], events: [] };
  });
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, v]) => v !== undefined && v !== ''),
  ) as Partial<T>;
}
