/**
 * Which of the standards' numbered requirements the tests prove.
 *
 * npm run conformance [-- --json FILE] [-- --results FILE]
 *
 * One line for each requirement, then totals. Exit code 1 when a claimed requirement fails; what is not covered is
 * reported, not punished. `--results` takes the output of vitest's JSON reporter instead of running the tests.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Coverage,
  cover,
  type NotApplicable,
  type Requirement,
  type Row,
  type TestResult,
} from './coverage.ts';

const root = join(import.meta.dirname, '..');

const { values } = parseArgs({ options: { json: { type: 'string' }, results: { type: 'string' } } });
const report = readResults(values.results === undefined ? runTests() : readFileSync(values.results, 'utf8'));
const coverage = cover(
  readList<Requirement>('requirements.json'),
  readList<NotApplicable>('not-applicable.json'),
  report,
);
for (const row of coverage.rows) {
  console.log(lineOf(row));
}
console.log(`\n${totalsOf(coverage)}`);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify(coverage, null, 2)}\n`);
}
process.exitCode = coverage.totals.failed > 0 ? 1 : 0;

function readList<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as readonly T[];
}

/** Runs the unit project; failing tests are the report's business, a runner that gives no report is an error. */
function runTests(): string {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const file = join(folder, 'results.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  try {
    const options = ['run', '--project', 'unit', '--reporter=json', `--outputFile=${file}`];
    const { error } = spawnSync(process.execPath, [vitest, ...options], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (error !== undefined) {
      throw error;
    }
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The part of vitest's JSON report that is read. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

function readResults(json: string): readonly TestResult[] {
  const { testResults } = JSON.parse(json) as VitestReport;
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      file: relative(root, name),
      titles: [...ancestorTitles, title].filter((text) => text !== ''),
      status: status === 'passed' || status === 'failed' ? status : 'skipped',
    })),
  );
}

function lineOf({ requirement, verdict, tests, reason }: Row): string {
  const [first] = tests;
  const more = tests.length > 1 ? ` (+${tests.length - 1})` : '';
  const detail = first === undefined ? (reason ?? requirement.text) : `${first}${more}`;
  return `${requirement.id}  ${verdict.padEnd(11)}  ${detail}`;
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
    ...(unknown.length > 0 ? [`claimed by tests but in no list: ${unknown.join(' ')}`] : []),
  ].join('\n');
}
