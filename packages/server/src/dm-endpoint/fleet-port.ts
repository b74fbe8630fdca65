/** What the endpoint asks of the fleet for each message; the fleet service implements it. */
import type { ServerCommand, ServerEvent, Turn } from '@fumarole/dm/server';
import type { DeviceRecord, Instant, SessionView } from '@fumarole/fumo/server';
import type { DeviceColumns, DeviceRow, NewEvent, NewTimelineRow } from '../store/port.ts';

export interface ConsultInput {
  readonly key: string;
  /** SyncHdr Source LocURI as sent. */
  readonly source: string;
  /** Undefined when the device is being admitted by this message (`enrol: 'open'`). */
  readonly row: DeviceRow | undefined;
  readonly session: SessionView;
  /** First message of the session. */
  readonly opened: boolean;
  readonly events: readonly ServerEvent[];
  /** Only `commands` asks for a plan; otherwise the events are learned and the commands stay empty. */
  readonly turn: Turn;
  readonly now: Instant;
}

export interface Consultation {
  /** Empty: nothing is left to do, the session ends politely. */
  readonly commands: readonly ServerCommand[];
  /** CmdID of a client Alert → its Status. */
  readonly alertStatus: ReadonlyMap<string, number>;
  /** Called once the reply is made: `sent` are the keys that fitted; the others are planned again. */
  settle(sent: readonly string[], ended: boolean): ConsultOutcome;
}

export interface ConsultOutcome {
  /** Undefined: the device did not change and is not written. */
  readonly device?: { readonly record: DeviceRecord; readonly columns: DeviceColumns } | undefined;
  readonly timeline: readonly NewTimelineRow[];
  readonly events: readonly NewEvent[];
}

export interface FleetPort {
  consult(input: ConsultInput): Promise<Consultation>;
}
