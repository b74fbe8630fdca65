import type { Coverage, Row } from './coverage.ts';

/** One line for each requirement, then what no fault touches, then totals. */
export function printCoverage(coverage: Coverage): string {
  return [...coverage.rows.map(lineOf), '', ...untouchedLines(coverage), totalsOf(coverage)].join('\n');
}

function lineOf({ requirement, verdict, tests, reason }: Row): string {
  const [first] = tests;
  const more = tests.length > 1 ? ` (+${tests.length - 1})` : '';
  const detail = first === undefined ? (reason ?? requirement.text) : `${first}${more}`;
  return `${requirement.id}  ${verdict.padEnd(11)}  ${detail}`;
}

function untouchedLines({ untouched }: Coverage): readonly string[] {
  if (untouched === undefined) {
    return [];
  }
  const ids = untouched.length === 0 ? 'none' : untouched.join(' ');
  return [`proved, but no seeded fault touches: ${ids}`, ''];
}

function totalsOf({ rows, totals, unknown }: Coverage): string {
  const digests = [...new Set(rows.map(({ requirement }) => requirement.digest))];
  const lines = digests.map((digest) => {
    const own = rows.filter(({ requirement }) => requirement.digest === digest);
    const passed = own.filter(({ verdict }) => verdict === 'passed').length;
    return `${digest.padEnd(24)} ${String(passed).padStart(4)} of ${String(own.length).padStart(4)} proved`;
  });
  const { passed, failed } = totals;
  return [
    ...lines,
    `${rows.length} requirements: ${passed} passed, ${failed} failed, ${totals['n/a']} n/a, ${totals['not covered']} not covered`,
    ...(unknown.length > 0 ? [`claimed but in no list: ${unknown.join(' ')}`] : []),
  ].join('\n');
}
