/** The record of a device that is seen or provisioned for the first time. */
import type { DevicePolicy, DeviceRecord } from './device-record.ts';
import type { Instant } from './instant.ts';

export interface NewDeviceInput {
  readonly id: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly wake?: string;
  readonly policy?: Partial<DevicePolicy>;
}

export function newDevice(input: NewDeviceInput, offer: DevicePolicy['offer'], now: Instant): DeviceRecord {
  const { id, manufacturer, model, wake, policy } = input;
  return {
    version: 1,
    id,
    createdAt: now,
    contacts: 0,
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(model === undefined ? {} : { model }),
    ...(wake === undefined ? {} : { wake }),
    nodes: {},
    roots: [],
    discovery: { state: 'open' },
    unsupported: {},
    policy: { offer, via: 'auto', operation: 'auto', ...policy },
    history: [],
    commands: [],
    weak: false,
    why: 'never seen yet',
  };
}
