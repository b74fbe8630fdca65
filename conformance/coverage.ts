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

/** A seeded fault of our own code: tests that claim these ids go red with it. */
export interface Fault {
  readonly name: string;
  readonly ids: readonly string[];
}

export type Verdict = 'passed' | 'failed' | 'n/a' | 'not covered';

export interface Row {
  readonly requirement: Requirement;
  readonly verdict: Verdict;
  /** `file › title` of every test that claims it and ran, sorted. */
  readonly tests: readonly string[];
  /** Files of those tests, sorted. */
  readonly files: readonly string[];
  /** Names of the seeded faults that break it. */
  readonly faults: readonly string[];
  /** Why it is not applicable. */
  readonly reason?: string;
}

export interface Coverage {
  readonly rows: readonly Row[];
  readonly totals: Readonly<Record<Verdict, number>>;
  /** Ids that titles or faults claim and no requirement has. */
  readonly unknown: readonly string[];
  /** Proved ids that no seeded fault touches; absent while no fault is seeded at all. */
  readonly untouched?: readonly string[];
}

export interface Evidence {
  readonly requirements: readonly Requirement[];
  readonly notApplicable: readonly NotApplicable[];
  readonly results: readonly TestResult[];
  readonly faults: readonly Fault[];
}

/** Ids that a title claims: before its first colon, separated by spaces; nothing else may stand there. */
export function claimedIds(title: string): readonly string[] {
  const match = /^((?:[A-Z]-\d{3} +)*[A-Z]-\d{3}):/.exec(title);
  return match?.[1]?.split(/ +/) ?? [];
}

/** What the tests say about each requirement. A skipped test covers nothing; one failed test fails its ids. */
export function cover({ requirements, notApplicable, results, faults }: Evidence): Coverage {
  const claims = collectClaims(results);
  const reasons = new Map(notApplicable.map(({ id, reason }) => [id, reason]));
  const rows = requirements.map((requirement) =>
    rowOf(requirement, claims.get(requirement.id) ?? [], faults, reasons.get(requirement.id)),
  );
  const totals = { passed: 0, failed: 0, 'n/a': 0, 'not covered': 0 };
  for (const { verdict } of rows) {
    totals[verdict]++;
  }
  const known = new Set(requirements.map(({ id }) => id));
  const named = [...claims.keys(), ...faults.flatMap(({ ids }) => ids)];
  const untouched = rows.filter((row) => row.verdict === 'passed' && row.faults.length === 0);
  return {
    rows,
    totals,
    unknown: [...new Set(named.filter((id) => !known.has(id)))].sort(),
    ...(faults.length === 0 ? {} : { untouched: untouched.map(({ requirement }) => requirement.id) }),
  };
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

function rowOf(
  requirement: Requirement,
  tests: readonly TestResult[],
  faults: readonly Fault[],
  reason: string | undefined,
): Row {
  const failed = tests.filter(({ status }) => status === 'failed');
  const shown = failed.length > 0 ? failed : tests;
  const row = {
    requirement,
    tests: sorted(shown.map(({ file, titles }) => [file, ...titles].join(' › '))),
    files: sorted(shown.map(({ file }) => file)),
    faults: sorted(faults.filter(({ ids }) => ids.includes(requirement.id)).map(({ name }) => name)),
  };
  if (tests.length > 0) {
    return { ...row, verdict: failed.length > 0 ? 'failed' : 'passed' };
  }
  return reason === undefined ? { ...row, verdict: 'not covered' } : { ...row, verdict: 'n/a', reason };
}

/** By code unit, so that every machine writes the same report. */
function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
