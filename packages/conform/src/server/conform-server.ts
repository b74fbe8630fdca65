import type { Encoding } from '@fumarole/syncml';
import { CHECK_TIMEOUTS } from '../limits.ts';
import { type CheckResult, runGroups, type Selection, select } from '../run-checks.ts';
import { PeerUnreachable } from '../unreachable.ts';
import { SERVER_CHECKS } from './all-checks.ts';
import { httpPost } from './http-post.ts';
import { ServerPeer, type ServerTarget } from './server-peer.ts';

export interface ServerRun extends Selection {
  readonly encodings: readonly Encoding[];
  readonly told?: (result: CheckResult) => void;
}

/**
 * Looks at a server with every check that is wanted, once in each encoding.
 * @throws PeerUnreachable when nothing answers at its address.
 */
export async function conformServer(target: ServerTarget, run: ServerRun): Promise<readonly CheckResult[]> {
  await reach(target);
  const peer = new ServerPeer(target);
  const told = run.told ?? (() => undefined);
  const results: CheckResult[] = [];
  for (const encoding of run.encodings) {
    peer.encoding = encoding;
    const context = {
      peer,
      recorder: peer.recorder,
      variant: encoding,
      checkMs: target.timeoutMs * CHECK_TIMEOUTS,
      settle: async () => undefined,
      told,
    };
    results.push(...(await runGroups(select(SERVER_CHECKS, run), context)));
    for (const result of peer.rules.close(encoding)) {
      results.push(result);
      told(result);
    }
  }
  return results;
}

async function reach({ url, timeoutMs, ca }: ServerTarget): Promise<void> {
  try {
    await httpPost({ url, method: 'GET', headers: {}, body: new Uint8Array(0) }, { timeoutMs, ca });
  } catch (error) {
    throw new PeerUnreachable(
      `${url} does not answer: ${error instanceof Error ? error.message : error}`,
      error,
    );
  }
}
