/**
 * Which of the standards' numbered requirements the tests prove.
 *
 * npm run conformance [-- --json FILE] [--results FILE …] [--write-docs | --check-docs] [--allow-open]
 *
 * One line for each requirement, then totals. Exit code 1 when a claimed requirement fails, when one is neither proved
 * nor not applicable (unless `--allow-open`), when a title claims an id that does not exist, or when `--check-docs`
 * finds docs/conformance.md out of date. `--results` takes reports of vitest's JSON reporter instead of running the tests.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Coverage, cover, type NotApplicable, type Requirement } from './coverage.ts';
import { FAULTS } from './faults/all-faults.ts';
import { printCoverage } from './print-coverage.ts';
import { readResults, runTests } from './test-results.ts';
import { writeDocs } from './write-docs.ts';

const folder = import.meta.dirname;
const docsFile = join(folder, '..', 'docs', 'conformance.md');

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    results: { type: 'string', multiple: true },
    'write-docs': { type: 'boolean' },
    'check-docs': { type: 'boolean' },
    'allow-open': { type: 'boolean' },
  },
});
const coverage = cover({
  requirements: readList<Requirement>('requirements.json'),
  notApplicable: readList<NotApplicable>('not-applicable.json'),
  results: values.results?.flatMap(readResults) ?? runTests(),
  faults: FAULTS.map(({ id, breaks }) => ({ name: id, ids: breaks })),
});
console.log(printCoverage(coverage));
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify(coverage, null, 2)}\n`);
}
const docs = writeDocs(coverage);
if (values['write-docs'] === true) {
  writeFileSync(docsFile, docs);
}
const stale = values['check-docs'] === true && readFileSync(docsFile, 'utf8') !== docs;
if (stale) {
  console.error('docs/conformance.md is out of date: npm run conformance -- --write-docs');
}
process.exitCode = stale || isBad(coverage, values['allow-open'] === true) ? 1 : 0;

function isBad({ totals, unknown }: Coverage, allowOpen: boolean): boolean {
  return totals.failed > 0 || unknown.length > 0 || (!allowOpen && totals['not covered'] > 0);
}

function readList<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as readonly T[];
}
