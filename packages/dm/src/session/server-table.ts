import type { ServerState, Turn } from './server-types.ts';

/*
 * Theory of operation of the server's side (DM 1.2 §1.2).
 *
 * A session is a strict exchange: one message of the client, one of ours. Both sides speak in packages of one or more
 * messages; `Final` closes a package. What we may say depends on whose package is open:
 *
 *   setup       no package 1 was accepted yet. Everything that is not authenticated is challenged.
 *   collecting  (S1) our package is closed, the client's is not: "next message" and nothing else.
 *   free        (S2) the client's package is closed too: commands. Whether this state was left by commands of ours or
 *               entered by the client's Final, what comes next is a package of the client.
 *   sending     (S3) our own package is open: a large object is on its way, or our Statuses did not fit one message.
 *   closed      a final message was sent; the next one can only be a retry or a new session.
 *
 * A message of the client is first reduced to one of these:
 *
 *   denied      not authenticated, may try again          refused   not authenticated, for good
 *   abort       Alert 1223, or a fault that ends it       chunk     Status 213: send the next chunk
 *   wait        our chunk has no Status yet               partial   a large Results value is not whole yet
 *   open        no Final                                  complete  Final
 *
 * and the table gives the state that `step` leaves and the turn that `reply` takes. `reply` then moves on by what it
 * said: nothing more to say closes the session, commands leave it `free`, an open package leaves it `sending`.
 */

export type ServerInput = 'denied' | 'refused' | 'abort' | 'chunk' | 'wait' | 'partial' | 'open' | 'complete';

export interface Transition {
  readonly state: ServerState;
  readonly turn: Exclude<Turn, 'retry'>;
}

const row = (state: ServerState, turn: Transition['turn']): Transition => ({ state, turn });
const challenge: Transition = row('setup', 'challenge');
const refused: Transition = row('closed', 'refused');
const ended: Transition = row('closed', 'ended');
const next: Transition = row('collecting', 'continue');
const chunk: Transition = row('sending', 'continue');
const speak: Transition = row('free', 'commands');

/** biome-ignore format: a table is read in columns */
// prettier-ignore
export const SERVER_TABLE: Readonly<Record<ServerState, Readonly<Record<ServerInput, Transition>>>> = {
  //            denied             refused           abort         chunk         wait         partial        open        complete
  setup:      { denied: challenge, refused: refused, abort: ended, chunk: next,  wait: next,  partial: next, open: next, complete: speak },
  collecting: { denied: refused,   refused: refused, abort: ended, chunk: next,  wait: next,  partial: next, open: next, complete: speak },
  free:       { denied: refused,   refused: refused, abort: ended, chunk: next,  wait: next,  partial: next, open: next, complete: speak },
  sending:    { denied: refused,   refused: refused, abort: ended, chunk: chunk, wait: chunk, partial: next, open: speak, complete: speak },
  closed:     { denied: refused,   refused: refused, abort: ended, chunk: ended, wait: ended, partial: ended, open: ended, complete: ended },
};
