/** Commands of one message on their way out: each gets a key, and the record remembers what the key stands for. */
import type { ServerCommand } from '@fumarole/dm/server';
import type { Draft } from './draft.ts';
import { MAX_PENDING } from './limits.ts';

export interface Outbox {
  readonly commands: ServerCommand[];
}

/** Reserves a key for `what` (`get ./DevDetail/FwV`, `exec <correlator>` …). */
export function keyFor(draft: Draft, what: string): string {
  const { session } = draft.device;
  if (session === undefined) {
    return what.slice(0, 64);
  }
  const key = `${what.split(' ')[0]}:${session.nextKey}`;
  const pending = Object.fromEntries(Object.entries(session.pending).slice(-MAX_PENDING + 1));
  draft.device = {
    ...draft.device,
    session: { ...session, nextKey: session.nextKey + 1, pending: { ...pending, [key]: what } },
  };
  return key;
}

export function sendGet(draft: Draft, outbox: Outbox, uri: string): void {
  const already = outbox.commands.some((command) => command.kind === 'get' && command.uri === uri);
  if (!already) {
    outbox.commands.push({ kind: 'get', key: keyFor(draft, `get ${uri}`), uri });
  }
}
