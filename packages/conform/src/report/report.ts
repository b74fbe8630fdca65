import type { Verdict } from '../check.ts';
import type { CheckResult } from '../run-checks.ts';

/** What was looked at, by whom, and what came of it. */
export interface ConformReport {
  readonly role: 'server' | 'client';
  /** The address, or the device. */
  readonly subject: string;
  /** What a reader must know to repeat it: accounts without secrets, encodings, limits. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly tool: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly results: readonly CheckResult[];
}

export type Totals = Readonly<Record<Verdict, number>>;

export function totalsOf(results: readonly CheckResult[]): Totals {
  const totals = { passed: 0, failed: 0, inconclusive: 0 };
  for (const { verdict } of results) totals[verdict] += 1;
  return totals;
}

export interface RequirementRow {
  readonly id: string;
  /** Failed when one check of it failed; passed when one passed and none failed. */
  readonly verdict: Verdict;
  readonly checks: readonly string[];
}

/** The requirements that were looked at, each with the worst that was found. */
export function requirementsOf(results: readonly CheckResult[]): readonly RequirementRow[] {
  const rows = new Map<string, { verdict: Verdict; checks: Set<string> }>();
  for (const { id, requirements, verdict } of results) {
    for (const requirement of requirements) {
      const row = rows.get(requirement) ?? { verdict: 'inconclusive', checks: new Set<string>() };
      if (verdict === 'failed' || (verdict === 'passed' && row.verdict !== 'failed')) row.verdict = verdict;
      row.checks.add(id);
      rows.set(requirement, row);
    }
  }
  return [...rows]
    .map(([id, { verdict, checks }]) => ({ id, verdict, checks: [...checks] }))
    .sort((a, b) => a.id.localeCompare(b.id));
}
