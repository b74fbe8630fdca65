/** Rounds in which each contestant has its turn; what a round cost is read at its end, idle timers and all. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Measured } from './servers.ts';

export interface Contestant {
  readonly name: string;
  readonly server: Measured;
  /** One portion of load; the number of messages in it. */
  run(): Promise<number>;
}

export interface Cost {
  /** CPU of the server for one message: the median of the rounds. */
  readonly micros: number;
  readonly messages: number;
  /** Messages that shared a commit, on average. */
  readonly batch: number;
  /** Microseconds of each round, for the spread. */
  readonly rounds: readonly number[];
}

/** Traces and checkpoints that a round began are done by then; they belong to it. */
const SETTLE_MS = 150;

export async function interleave(
  all: readonly Contestant[],
  rounds: number,
): Promise<ReadonlyMap<string, Cost>> {
  const seen = new Map(all.map((one) => [one.name, { messages: 0, micros: [] as number[] }]));
  const commitsBefore = await Promise.all(all.map((one) => one.server.commits()));
  await delay(SETTLE_MS);
  let before = await Promise.all(all.map((one) => one.server.report()));
  for (let round = 0; round < rounds; round += 1) {
    const counts: number[] = [];
    // Another order each time: whoever follows the hungriest is not always the same.
    for (const at of all.keys()) {
      const turn = (at + round) % all.length;
      counts[turn] = (await all[turn]?.run()) ?? 0;
    }
    await delay(SETTLE_MS);
    const after = await Promise.all(all.map((one) => one.server.report()));
    for (const [at, one] of all.entries()) {
      const cpu = (after[at]?.cpuMicros ?? 0) - (before[at]?.cpuMicros ?? 0);
      const entry = seen.get(one.name);
      entry?.micros.push(cpu / Math.max(1, counts[at] ?? 0));
      if (entry !== undefined) entry.messages += counts[at] ?? 0;
    }
    before = after;
  }
  const commitsAfter = await Promise.all(all.map((one) => one.server.commits()));
  return new Map(
    all.map((one, at) => {
      const { messages, micros } = seen.get(one.name) ?? { messages: 0, micros: [] };
      const commits = (commitsAfter[at]?.commits ?? 0) - (commitsBefore[at]?.commits ?? 0);
      const committed = (commitsAfter[at]?.committed ?? 0) - (commitsBefore[at]?.committed ?? 0);
      const batch = commits === 0 ? 0 : committed / commits;
      return [one.name, { micros: median(micros), messages, batch, rounds: micros }];
    }),
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
