/** The fleet service over the store: pure decisions from `@fumarole/fumo/server`, reading and writing here. */
import {
  DEFAULT_PLANNER_CONFIG,
  type DevicePolicy,
  type Instant,
  newDevice,
  type PlanContext,
  type PlannerConfig,
  type Random,
  type UrlMaker,
  wireProfile,
} from '@fumarole/fumo/server';
import type { Store } from '../store/port.ts';
import type { WakeService } from '../wake/channel.ts';
import { queueCommand } from './commands.ts';
import { consult, settled } from './consult.ts';
import { descriptionCatalogue } from './description-catalogue.ts';
import { addDescription, removeDescription } from './descriptions.ts';
import { clearQuarantine, provision, quarantine, readDevice, setPolicy } from './devices.ts';
import { runDue } from './due-work.ts';
import type { Fleet } from './fleet.ts';
import type { FleetPorts } from './fleet-ports.ts';
import { recordInstallNotify } from './install-notify.ts';
import type { ValueSpool } from './large-values.ts';
import { packageCatalogue } from './package-catalogue.ts';
import { addPackage, publishPackage, removePackage } from './packages.ts';
import { cancelUpdate, requestUpdate } from './updates.ts';
import { explain } from './why.ts';

export interface FleetOptions {
  readonly store: Store;
  readonly urls: UrlMaker;
  /** Takes the large values that devices report. */
  readonly values: ValueSpool;
  readonly wake: WakeService;
  readonly now: () => Instant;
  readonly random: Random;
  /** Policy of a device that has none of its own. */
  readonly offer?: DevicePolicy['offer'];
  /** Overrides of the planner's waits and budgets. */
  readonly planner?: Partial<PlannerConfig>;
}

export function createFleet(options: FleetOptions): Fleet {
  const { store, urls, values, wake, now, random, offer = 'automatic' } = options;
  const config: PlannerConfig = { ...DEFAULT_PLANNER_CONFIG, ...options.planner };
  const context = (at: Instant): PlanContext => ({ now: at, random, urls, config });
  const ports: FleetPorts = { store, wake, now, random, offer, context };
  const catalogue = packageCatalogue(store, now);
  const descriptions = descriptionCatalogue(store, now);
  return {
    newDevice: (input, at) => newDevice(withProfile(input), offer, at),
    consult: (device, session, events, turn, at) =>
      consult({ catalogue, descriptions, values }, device, session, events, turn, context(at)),
    settled: (consultation, replied) => settled(consultation, replied, context(now())),
    wireProfile,
    quarantine: (id, reason) => quarantine(ports, id, reason),
    clearQuarantine: (id) => clearQuarantine(ports, id),
    provision: (input) => provision(ports, input),
    device: (id) => readDevice(ports, id),
    setPolicy: (id, policy) => setPolicy(ports, id, policy),
    requestUpdate: (order) => requestUpdate(ports, catalogue, order),
    cancelUpdate: (id) => cancelUpdate(ports, id),
    queueCommand: (id, order) => queueCommand(ports, id, order),
    why: async (id) => explain(await readDevice(ports, id), catalogue, context(now())),
    addDescription: (order) => addDescription(ports, descriptions, order),
    removeDescription: (id) => removeDescription(ports, descriptions, id),
    packages: () => catalogue.all(),
    addPackage: (record) => addPackage(store, catalogue, record),
    removePackage: (id) => removePackage(store, catalogue, id),
    publishPackage: (id, published) => publishPackage(store, catalogue, id, published),
    recordInstallNotify: (id, attempt, code, text) => recordInstallNotify(ports, id, attempt, code, text),
    runDue: (at, atMost) => runDue(ports, at, atMost),
  };
}

/** The profile of a provisioned device is part of its policy. */
function withProfile<T extends { readonly profile?: string; readonly policy?: Partial<DevicePolicy> }>(
  input: T,
): T {
  const { profile, policy } = input;
  return profile === undefined ? input : { ...input, policy: { ...policy, profile } };
}
