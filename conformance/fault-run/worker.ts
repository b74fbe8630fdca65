/** Runs test files for `run.ts`, again and again in one warm vitest, with and without a fault in the sources. */
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createVitest, type TestCase, type TestSpecification } from 'vitest/node';
import type { TestResult } from '../coverage.ts';
import { FAULT_VARIABLE, pathOf, wantedFault } from './seed.ts';
import type { RunReport } from './verdict.ts';

/** What the worker is told to do. */
export interface Order {
  readonly fault?: string;
  readonly files: readonly string[];
  /** Only tests whose names hold one of these. */
  readonly ids: readonly string[];
}

const root = join(import.meta.dirname, '..', '..');
// Set before the configuration is read: no cache on disk.
process.env[FAULT_VARIABLE] = '';
// Programs that tests start get the fault too.
process.env.NODE_OPTIONS = `--import=${pathToFileURL(join(import.meta.dirname, 'register.ts'))}`;
const vitest = await createVitest({ root, watch: false, project: ['unit'], reporters: [{}], maxWorkers: 1 });
await vitest.standalone();
const project = vitest.getProjectByName('unit');

process.on('message', (order: Order) => {
  void carryOut(order).then((report) => process.send?.(report));
});
process.send?.('ready');

async function carryOut(order: Order): Promise<RunReport> {
  process.env[FAULT_VARIABLE] = order.fault ?? '';
  const fault = wantedFault();
  if (fault === undefined) return runTests(order);
  vitest.invalidateFile(pathOf(fault));
  try {
    return await runTests(order);
  } finally {
    vitest.invalidateFile(pathOf(fault));
  }
}

async function runTests({ files, ids }: Order): Promise<RunReport> {
  const testNamePattern = new RegExp(ids.join('|'));
  const specifications = files.map((file) =>
    project.createSpecification(join(root, file), { testNamePattern }),
  );
  const { unhandledErrors } = await vitest.runTestSpecifications(specifications);
  return {
    tests: specifications.flatMap(resultsOf),
    broken: [
      ...specifications.flatMap(loadErrorsOf),
      ...unhandledErrors.map((error) => (error instanceof Error ? error.message : String(error))),
    ],
  };
}

function resultsOf(specification: TestSpecification): readonly TestResult[] {
  const cases = [...(specification.testModule?.children.allTests() ?? [])];
  return cases.map((test) => {
    const { state } = test.result();
    return {
      file: relative(root, specification.moduleId),
      titles: titlesOf(test),
      status: state === 'passed' || state === 'failed' ? state : 'skipped',
    };
  });
}

function titlesOf(test: TestCase): readonly string[] {
  const titles = [test.name];
  for (let parent = test.parent; parent.type === 'suite'; parent = parent.parent) titles.unshift(parent.name);
  return titles;
}

function loadErrorsOf({ moduleId, testModule }: TestSpecification): readonly string[] {
  if (testModule === undefined) return [`${relative(root, moduleId)} did not run`];
  return testModule.errors().map(({ message }) => `${relative(root, moduleId)}: ${message}`);
}
