import type { Store } from '../store/port.ts';
import { ORPHAN_MS } from './limits.ts';
import type { ArtifactStore } from './port.ts';

/** Removes objects that no package names, left by a process that ended between the two; returns how many. */
export async function sweepOrphans(
  artifacts: Pick<ArtifactStore, 'list' | 'delete'>,
  store: Pick<Store, 'package'>,
  now: number,
): Promise<number> {
  let removed = 0;
  for await (const { sha256, storedAt } of artifacts.list()) {
    // A young one may belong to an upload that is not yet finished.
    if (storedAt >= now - ORPHAN_MS || (await store.package(sha256)) !== undefined) continue;
    if (await artifacts.delete(sha256)) removed += 1;
  }
  return removed;
}
