import type { DevicePolicy, Instant, PlanContext, Random } from '@fumarole/fumo/server';
import type { Store } from '../store/port.ts';
import type { WakeService } from '../wake/channel.ts';

/** What the operations of the fleet share. */
export interface FleetPorts {
  readonly store: Store;
  readonly wake: WakeService;
  readonly now: () => Instant;
  readonly random: Random;
  readonly offer: DevicePolicy['offer'];
  readonly context: (now: Instant) => PlanContext;
}
