import type { SyncMLMessage } from '@fumarole/syncml';
import type { SessionPorts } from '../ports.ts';
import type { ClientAccount, ClientEnd, ClientSession, ClientWork, Slot, Unit } from './client-types.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The working copy of one `receive`. */
export interface Reading {
  readonly message: SyncMLMessage;
  readonly ports: SessionPorts;
  readonly session: Mutable<ClientSession>;
  account: ClientAccount;
  /** The server is authenticated. */
  readonly trusted: boolean;
  /** Status of commands that are not executed because it is not. */
  readonly denial: number;
  readonly slots: Slot[];
  readonly work: ClientWork[];
  readonly delivered: string[];
  readonly answered: { readonly key: string; readonly code: number }[];
  end?: ClientEnd;
  headerStatus?: number;
  /** Our last message goes out again. */
  resend: boolean;
  /** A command other than Status, Results, Alert 1222 was in it. */
  commands: boolean;
  /** Alert 1222 was in it. */
  asked: boolean;
}

type StatusUnit = Extract<Unit, { kind: 'status' }>;

/** Fixes the Status of a command that needs no work. */
export function settle(
  reading: Reading,
  command: { readonly CmdID: string; readonly kind: string },
  code: number,
  more?: Partial<StatusUnit>,
): void {
  reading.slots.push({
    kind: 'done',
    unit: {
      kind: 'status',
      msgRef: reading.message.hdr.MsgID,
      cmdRef: command.CmdID,
      cmd: command.kind,
      code,
      ...more,
    },
  });
}

/** A work id that is unique in the message. */
export function nextWork(reading: Reading): string {
  return `${reading.message.hdr.MsgID}.${reading.work.length + 1}`;
}
