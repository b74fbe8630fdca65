import { CHECK_TIMEOUTS } from '../limits.ts';
import { type CheckResult, runGroups, type Selection, select } from '../run-checks.ts';
import { PeerUnreachable } from '../unreachable.ts';
import { CLIENT_CHECKS } from './all-checks.ts';
import { ClientPeer, type ClientTarget } from './client-peer.ts';

export interface ClientRun extends Selection {
  readonly told?: (result: CheckResult) => void;
  /** We listen, at this address. */
  readonly listening?: (url: string) => void;
  /** The client came; its device id. */
  readonly met?: (device: string) => void;
}

/**
 * Looks at a client with every check that is wanted, each in sessions of its own.
 * @throws PeerUnreachable when it does not come at all.
 */
export async function conformClient(target: ClientTarget, run: ClientRun): Promise<readonly CheckResult[]> {
  const peer = new ClientPeer(target);
  const url = await peer.open();
  run.listening?.(url);
  const told = run.told ?? (() => undefined);
  try {
    run.met?.(await meet(peer));
    const variant = peer.encoding;
    const context = {
      peer,
      recorder: peer.recorder,
      variant,
      checkMs: target.timeoutMs * CHECK_TIMEOUTS + target.sessionMs + 2 * target.resultMs,
      settle: () => peer.settle(),
      told,
    };
    const results = [...(await runGroups(select(CLIENT_CHECKS, run), context))];
    for (const result of peer.rules.close(variant)) {
      results.push(result);
      told(result);
    }
    return results;
  } finally {
    await peer.close();
  }
}

/** The first session tells who is there, and in which encoding it speaks. */
async function meet(peer: ClientPeer): Promise<string> {
  const session = await peer.session().catch((error: unknown) => {
    throw new PeerUnreachable(`no client came to ${peer.url}`, error);
  });
  session.end({ proof: 'none' });
  peer.recorder.take();
  await peer.settle();
  return session.device;
}
