import { MAX_KEPT, MODEL_RUNS, MUTATIONS } from './limits.ts';
import { judge, memoryKept, type Verdict } from './measure.ts';
import { chance, mutated } from './mutate.ts';
import { type Finding, type Order, type SharedPlace, type SliceResult, writePlace } from './slice.ts';
import type { Target } from './target.ts';

/** Findings of one slice that are kept: a broken decoder breaks on every second input. */
const MAX_FINDINGS = 8;

/** Fuzzes one target for so long; what it is at stands in `place` before it is begun. */
export async function fuzzTarget(
  target: Target,
  { seed, seconds }: Order,
  place: SharedPlace,
): Promise<SliceResult> {
  const seeds = target.seeds();
  const findings: Finding[] = [];
  const any = chance(seed);
  const until = performance.now() + seconds * 1000;
  const before = await memoryKept();
  let inputs = 0;
  let cases = 0;
  let milliseconds = 0;
  let peak = before;
  const note = (octets: Uint8Array, verdict: Verdict): void => {
    inputs += 1;
    milliseconds = Math.max(milliseconds, verdict.milliseconds);
    peak = Math.max(peak, verdict.memory);
    if (verdict.kind === 'ok') return;
    const reason = verdict.reason ?? verdict.kind;
    if (!findings.some((known) => kindOf(known.reason) === kindOf(reason))) {
      findings.push({ kind: verdict.kind, reason, octets: octets.slice(), seed });
    }
  };
  for (const octets of seeds) {
    writePlace(place, octets);
    note(octets, await judge(target, octets));
  }
  // on a busy machine the seeds alone may take the time: one round comes in any case
  for (
    let round = 0;
    (round === 0 || performance.now() < until) && findings.length < MAX_FINDINGS;
    round += 1
  ) {
    for (let left = MUTATIONS; left > 0 && performance.now() < until; left -= 1) {
      const octets = mutated(seeds, any);
      writePlace(place, octets);
      note(octets, await judge(target, octets));
    }
    for (const model of target.models ?? []) {
      if (performance.now() >= until && round > 0) break;
      const modelSeed = any(2 ** 31);
      writePlace(place, Buffer.from(`${model.name}, seed ${modelSeed}`));
      const broken = await model.check(modelSeed, MODEL_RUNS);
      cases += broken?.runs ?? MODEL_RUNS;
      if (broken === undefined) continue;
      const reason = `${model.name}: ${broken.reason}`;
      findings.push({ kind: 'wrong', reason, shown: broken.shown, seed: modelSeed });
    }
  }
  const kept = (await memoryKept()) - before;
  if (kept > MAX_KEPT) findings.push({ kind: 'leak', reason: `${Math.round(kept / 2 ** 20)} MB stay`, seed });
  return { target: target.name, inputs, cases, milliseconds, peak: peak - before, kept, findings };
}

/** The same fault, whatever the numbers and values in its words. */
function kindOf(reason: string): string {
  return reason.replace(/: .*| is not .*/gs, '').replace(/\d+/g, '#');
}
