import type { SessionPorts } from '../ports.ts';
import type {
  Incoming,
  ReplyInput,
  ReplyResult,
  ServerAccount,
  ServerSession,
  SessionConfig,
  StepResult,
} from './server-types.ts';

export { macHeader } from '../auth/credential.ts';
export type { MacKey } from '../auth/hmac-header.ts';
export type { AuthScheme } from '../auth/scheme.ts';
export type * from './server-types.ts';

/** Takes one message of a device. */
export function step(
  session: ServerSession | undefined,
  _account: ServerAccount,
  _incoming: Incoming,
  _ports: SessionPorts,
  _config: SessionConfig,
): StepResult {
  throw new Error(`not yet ${session?.version}`);
}

/** Writes the answer to the message that `step` took. */
export function reply(
  session: ServerSession,
  _account: ServerAccount,
  _input: ReplyInput,
  _ports: SessionPorts,
  _config: SessionConfig,
): ReplyResult {
  throw new Error(`not yet ${session.version}`);
}
