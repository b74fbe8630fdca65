import type { SessionPorts } from '../ports.ts';
import type {
  AnswerResult,
  ClientAccount,
  ClientAlert,
  ClientIncoming,
  ClientSession,
  OpenInput,
  Outgoing,
  ReceiveResult,
  WorkOutcome,
} from './client-types.ts';

export { macHeader } from '../auth/credential.ts';
export type { MacKey } from '../auth/hmac-header.ts';
export type * from './client-types.ts';

/** Writes package 1. */
export function open(
  input: OpenInput,
  _ports: SessionPorts,
): { readonly session: ClientSession; readonly account: ClientAccount; readonly out: Outgoing } {
  throw new Error(`not yet ${input.sessionID}`);
}

/** Takes one message of the server. */
export function receive(
  session: ClientSession,
  _account: ClientAccount,
  _incoming: ClientIncoming,
  _ports: SessionPorts,
): ReceiveResult {
  throw new Error(`not yet ${session.version}`);
}

/** Writes the answer to the message that `receive` took. */
export function answer(
  session: ClientSession,
  _account: ClientAccount,
  _outcomes: readonly WorkOutcome[],
  _alerts: readonly ClientAlert[],
  _ports: SessionPorts,
): AnswerResult {
  throw new Error(`not yet ${session.version}`);
}
