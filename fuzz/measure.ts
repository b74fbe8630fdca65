import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { INPUT_UNIT, MAX_GROWTH, MAX_MILLISECONDS } from './limits.ts';
import type { Check, Target } from './target.ts';

setFlagsFromString('--expose-gc');
const SWEEP_MILLISECONDS = 20;
const collect: () => void = runInNewContext('gc');

/** What one input cost; `reason` says what is wrong with it. */
export interface Verdict {
  readonly kind: 'ok' | 'wrong' | 'slow' | 'large';
  readonly reason?: string;
  /** CPU milliseconds per started 64 kB. */
  readonly milliseconds: number;
  /** Octets of heap and buffers in use behind it. */
  readonly memory: number;
}

/** Octets of heap and buffers of this thread. */
export function memoryInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** The same after a full collection. */
export async function memoryKept(): Promise<number> {
  collect();
  // buffers are freed beside the thread
  await new Promise((resolve) => setTimeout(resolve, SWEEP_MILLISECONDS));
  collect();
  return memoryInUse();
}

/** Lets a target take one input. A slow one is taken again: compilation, collection and interrupts are not its fault. */
export async function judge(target: Target, octets: Uint8Array): Promise<Verdict> {
  const first = await taken(target, octets);
  if (first.kind !== 'slow') return first;
  let best = first;
  for (let again = 0; again < 3 && best.kind === first.kind; again += 1) {
    collect();
    const next = await taken(target, octets);
    if (next.milliseconds < best.milliseconds) best = next;
  }
  return best;
}

async function taken(target: Target, octets: Uint8Array): Promise<Verdict> {
  const before = memoryInUse();
  const started = process.threadCpuUsage();
  let reason: string | undefined;
  let check: Check | undefined;
  try {
    // not awaited where it need not be: a turn of the event loop for each input would be most of the time
    const taken = target.take(octets);
    if (typeof taken === 'function') check = taken;
    else if (taken !== undefined) await taken;
  } catch (error) {
    reason = textOf(error);
  }
  const { user, system } = process.threadCpuUsage(started);
  const units = Math.max(1, Math.ceil(octets.length / INPUT_UNIT));
  const milliseconds = (user + system) / 1000 / units;
  const memory = memoryInUse();
  try {
    check?.();
  } catch (error) {
    reason = textOf(error);
  }
  if (reason !== undefined) return { kind: 'wrong', reason, milliseconds, memory };
  if (milliseconds > MAX_MILLISECONDS) {
    return { kind: 'slow', reason: `${milliseconds.toFixed(0)} ms per 64 kB`, milliseconds, memory };
  }
  if (memory - before > MAX_GROWTH) {
    const reason = `${((memory - before) / 2 ** 20).toFixed(0)} MB for ${octets.length} octets`;
    return { kind: 'large', reason, milliseconds, memory };
  }
  return { kind: 'ok', milliseconds, memory };
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const at = /\n\s+at (.*)/.exec(error.stack ?? '')?.[1] ?? '';
  return `${error.name}: ${error.message} (${at})`;
}
