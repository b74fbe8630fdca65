/** Operations on devices themselves: admit, read, policy, quarantine. */
import { deviceKey } from '@fumarole/dm/objects';
import {
  type DevicePolicy,
  type DeviceRecord,
  newDevice,
  nextDue,
  PROFILES,
  withDue,
} from '@fumarole/fumo/server';
import { deviceColumns } from '../store/device-columns.ts';
import { changeDevice, operatorLine, unknownDevice } from './change-device.ts';
import { FleetError, type NewDevice } from './fleet.ts';
import type { FleetPorts } from './fleet-ports.ts';
import { MAX_DEVICE_ID } from './limits.ts';

/** @throws FleetError `device-exists`, `command-invalid` for an id or profile that cannot be. */
export async function provision(ports: FleetPorts, input: NewDevice): Promise<DeviceRecord> {
  const { store, now, offer } = ports;
  const id = input.id.trim();
  if (id === '' || id.length > MAX_DEVICE_ID) {
    throw new FleetError('command-invalid', `a device id has 1 to ${MAX_DEVICE_ID} characters`);
  }
  const { profile } = input;
  checkProfile(profile);
  const policy = profile === undefined ? input.policy : { ...input.policy, profile };
  const record = newDevice({ ...input, id, ...(policy === undefined ? {} : { policy }) }, offer, now());
  const key = deviceKey(id);
  const timeline = [operatorLine(now(), 'admitted by an operator')];
  const outcome = await store.commitDevice({
    device: { key, expected: 0, record, columns: deviceColumns(record) },
    timeline: timeline.map((entry) => ({ key, id: record.id, entry })),
    events: [],
  });
  if (outcome === 'conflict') {
    throw new FleetError('device-exists', `${id} is there already`);
  }
  return record;
}

export async function readDevice(
  { store }: Pick<FleetPorts, 'store'>,
  deviceId: string,
): Promise<DeviceRecord> {
  const row = await store.device(deviceKey(deviceId));
  if (row === undefined) {
    throw unknownDevice(deviceId);
  }
  return row.record;
}

export function setPolicy(
  ports: FleetPorts,
  deviceId: string,
  policy: Partial<DevicePolicy>,
): Promise<DeviceRecord> {
  checkProfile(policy.profile);
  return changeDevice(ports, deviceId, (device) => {
    const changes = Object.entries(policy).map(([name, value]) => `${name} ${value ?? 'as recognised'}`);
    const line = operatorLine(ports.now(), `policy: ${changes.join(', ')}`);
    return { device: { ...device, policy: withoutUndefined({ ...device.policy, ...policy }) }, log: [line] };
  });
}

/** Two devices answer to one DevId: nothing is offered until an operator has found the second. */
export function quarantine(ports: FleetPorts, deviceId: string, reason: string): Promise<DeviceRecord> {
  const at = ports.now();
  return changeDevice(ports, deviceId, (device) => {
    if (device.quarantine !== undefined) {
      return undefined;
    }
    const kept = withDue(
      { ...device, quarantine: { at, reason }, why: `in quarantine: ${reason}` },
      undefined,
    );
    return { device: kept, log: [{ at, kind: 'warning', text: `in quarantine: ${reason}` }] };
  });
}

export function clearQuarantine(ports: FleetPorts, deviceId: string): Promise<DeviceRecord> {
  const at = ports.now();
  return changeDevice(ports, deviceId, (device) => {
    // Which of the two goes on is told by its next contact.
    const { quarantine: before, twins: _signs, manufacturer: _man, model: _mod, ...rest } = device;
    if (before === undefined) {
      return undefined;
    }
    const free: DeviceRecord = {
      ...rest,
      nodes: {},
      discovery: { state: 'open' },
      why: 'released from quarantine; planned anew at the next contact',
    };
    const due = nextDue(free, ports.context(at).config, at);
    return { device: withDue(free, due), log: [operatorLine(at, 'released from quarantine')] };
  });
}

function checkProfile(profile: string | undefined): void {
  if (profile !== undefined && !PROFILES.some(({ name }) => name === profile)) {
    const names = PROFILES.map(({ name }) => name).join(', ');
    throw new FleetError('command-invalid', `there is no profile ${profile}; known: ${names}`);
  }
}

function withoutUndefined(policy: DevicePolicy): DevicePolicy {
  const { profile, ...rest } = policy;
  return profile === undefined ? rest : policy;
}
