import { type Check, type CheckGroup, Inconclusive, type Verdict, Violation } from './check.ts';
import { type Recorder, type ShownMessage, showMessages } from './exchange.ts';

export interface CheckResult {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly requirements: readonly string[];
  /** What varied: the encoding. */
  readonly variant: string;
  readonly verdict: Verdict;
  /** Why it failed or is inconclusive. */
  readonly reason?: string;
  readonly durationMs: number;
  /** What went over the wire, for what failed. */
  readonly exchange: readonly ShownMessage[];
}

/** Which checks are run: by group or by id; none named: all. */
export interface Selection {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

export function select<Peer>(
  groups: readonly CheckGroup<Peer>[],
  { only = [], skip = [] }: Selection,
): readonly CheckGroup<Peer>[] {
  return groups
    .map((group) => ({
      ...group,
      checks: group.checks.filter(({ id }) => {
        const named = (names: readonly string[]): boolean => names.includes(id) || names.includes(group.id);
        return (only.length === 0 || named(only)) && !named(skip);
      }),
    }))
    .filter(({ checks }) => checks.length > 0);
}

/** Ids and groups that a selection names and that do not exist. */
export function unknownNames<Peer>(
  groups: readonly CheckGroup<Peer>[],
  { only = [], skip = [] }: Selection,
): readonly string[] {
  const known = new Set(groups.flatMap(({ id, checks }) => [id, ...checks.map((check) => check.id)]));
  return [...only, ...skip].filter((name) => !known.has(name));
}

export interface RunContext<Peer> {
  readonly peer: Peer;
  readonly recorder: Recorder;
  readonly variant: string;
  /** Longest time of one check, milliseconds. */
  readonly checkMs: number;
  /** After each check: nothing of it may reach the next. */
  readonly settle: () => Promise<void>;
  readonly told: (result: CheckResult) => void;
}

/** One check after the other; the order of the groups is the order of the report. */
export async function runGroups<Peer>(
  groups: readonly CheckGroup<Peer>[],
  context: RunContext<Peer>,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const group of groups) {
    for (const check of group.checks) {
      if (check.variants?.includes(context.variant) === false) continue;
      const result = await runCheck(group.id, check, context);
      results.push(result);
      context.told(result);
      await context.settle();
    }
  }
  return results;
}

async function runCheck<Peer>(
  group: string,
  check: Check<Peer>,
  { peer, recorder, variant, checkMs }: RunContext<Peer>,
): Promise<CheckResult> {
  recorder.take();
  const started = performance.now();
  const outcome = await bounded(check.run(peer), checkMs).then(
    () => ({ verdict: 'passed' as const }),
    (error: unknown) => verdictOf(error),
  );
  const said = recorder.take();
  const { id, title, requirements } = check;
  return {
    id,
    group,
    title,
    requirements,
    variant,
    ...outcome,
    durationMs: Math.round(performance.now() - started),
    exchange: outcome.verdict === 'failed' ? showMessages(said) : [],
  };
}

function verdictOf(error: unknown): { readonly verdict: Verdict; readonly reason: string } {
  if (error instanceof Violation) return { verdict: 'failed', reason: error.message };
  if (error instanceof Inconclusive) return { verdict: 'inconclusive', reason: error.message };
  // Ours, or that of a command of the user: nothing is said about the peer, and the other checks go on.
  const reason = error instanceof Error ? error.message : String(error);
  return { verdict: 'inconclusive', reason: `the check itself failed: ${reason}` };
}

async function bounded(run: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Violation(`the check did not end within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
    run.catch(() => undefined);
  }
}
