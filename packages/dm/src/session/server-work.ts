import type { SyncMLMessage } from '@fumarole/syncml';
import type { SessionPorts } from '../ports.ts';
import type {
  ClosedWhy,
  OwedStatus,
  ServerAccount,
  ServerEvent,
  ServerSession,
  SessionConfig,
} from './server-types.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The working copy of one `step`: lives for one message and is frozen into a session value at its end. */
export interface ServerWork {
  readonly message: SyncMLMessage;
  readonly config: SessionConfig;
  readonly ports: SessionPorts;
  readonly session: Mutable<ServerSession>;
  account: ServerAccount;
  readonly events: ServerEvent[];
  readonly owed: OwedStatus[];
  /** The client is authenticated: the body counts. */
  readonly accepted: boolean;
  /** The message ends the session. */
  end?: ClosedWhy;
  /** Something besides Status for our SyncHdr and Alert 1222 was in it. */
  progress: boolean;
  /** Status 213 for the chunk on its way. */
  chunkAccepted: boolean;
  /** A piece of a large Results value was in it. */
  pieceArrived: boolean;
  /** 401 or 407 for our SyncHdr: the client executed nothing of that message. */
  denied?: { readonly msgRef: number; readonly code: number };
}

/** Owes a Status for a command of this message. */
export function owe(
  work: ServerWork,
  command: { readonly CmdID: string; readonly kind: string },
  code: number,
  more?: Partial<OwedStatus>,
): void {
  work.owed.push({
    msgRef: work.message.hdr.MsgID,
    cmdRef: command.CmdID,
    cmd: command.kind,
    code,
    ...more,
  });
}
