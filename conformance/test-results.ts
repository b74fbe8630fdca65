/** Where test results come from: a run of the tests, or reports of vitest's JSON reporter that are there already. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { TestResult } from './coverage.ts';

const root = join(import.meta.dirname, '..');

/** Runs the unit project; failing tests are the report's business, a runner that gives no report is an error. */
export function runTests(): readonly TestResult[] {
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
    return readResults(file);
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

export function readResults(file: string): readonly TestResult[] {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      file: relative(root, name),
      titles: [...ancestorTitles, title].filter((text) => text !== ''),
      status: status === 'passed' || status === 'failed' ? status : 'skipped',
    })),
  );
}
