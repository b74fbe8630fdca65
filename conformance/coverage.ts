/** A numbered requirement of the digests; `requirements.json` lists them all. */
export interface Requirement {
  readonly id: string;
  /** Who must meet it, where the digest says so. */
  readonly side?: 'server' | 'client' | 'both';
  readonly text: string;
  readonly digest: string;
}

/** A requirement that this product cannot meet or break, and why. */
export interface NotApplicable {
  readonly id: string;
  readonly reason: string;
}

/** One test as the runner reports it. */
export interface TestResult {
  readonly file: string;
  /** Titles from the outermost group to the test itself. */
  readonly titles: readonly string[];
  readonly status: 'passed' | 'failed' | 'skipped';
}

export type Verdict = 'passed' | 'failed' | 'n/a' | 'not covered';

export interface Row {
  readonly requirement: Requirement;
  readonly verdict: Verdict;
  /** `file › title` of every test that claims it and ran. */
  readonly tests: readonly string[];
  /** Why it is not applicable. */
  readonly reason?: string;
}

export interface Coverage {
  readonly rows: readonly Row[];
  readonly totals: Readonly<Record<Verdict, number>>;
  /** Ids that titles claim and no requirement has. */
  readonly unknown: readonly string[];
}

/** Ids that a title claims: before its first colon, separated by spaces; nothing else may stand there. */
export function claimedIds(title: string): readonly string[] {
  const match = /^((?:[A-Z]-\d{3} +)*[A-Z]-\d{3}):/.exec(title);
  return match?.[1]?.split(/ +/) ?? [];
}

/** What the tests say about each requirement. A skipped test covers nothing; one failed test fails its ids. */
export function cover(
  requirements: readonly Requirement[],
  notApplicable: readonly NotApplicable[],
  results: readonly TestResult[],
): Coverage {
  const claims = collectClaims(results);
  const reasons = new Map(notApplicable.map(({ id, reason }) => [id, reason]));
  const rows = requirements.map((requirement) =>
    rowOf(requirement, claims.get(requirement.id) ?? [], reasons.get(requirement.id)),
  );
  const totals = { passed: 0, failed: 0, 'n/a': 0, 'not covered': 0 };
  for (const { verdict } of rows) {
    totals[verdict]++;
  }
  const known = new Set(requirements.map(({ id }) => id));
  return { rows, totals, unknown: [...claims.keys()].filter((id) => !known.has(id)).sort() };
}

function collectClaims(results: readonly TestResult[]): ReadonlyMap<string, readonly TestResult[]> {
  const claims = new Map<string, TestResult[]>();
  for (const result of results.filter(({ status }) => status !== 'skipped')) {
    for (const id of new Set(result.titles.flatMap(claimedIds))) {
      claims.set(id, [...(claims.get(id) ?? []), result]);
    }
  }
  return claims;
}

function rowOf(requirement: Requirement, tests: readonly TestResult[], reason: string | undefined): Row {
  const failed = tests.filter(({ status }) => status === 'failed');
  const shown = (failed.length > 0 ? failed : tests).map(({ file, titles }) => [file, ...titles].join(' › '));
  if (tests.length > 0) {
    return { requirement, verdict: failed.length > 0 ? 'failed' : 'passed', tests: shown };
  }
  return reason === undefined
    ? { requirement, verdict: 'not covered', tests: [] }
    : { requirement, verdict: 'n/a', tests: [], reason };
}
