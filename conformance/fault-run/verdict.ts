import { claimedIds, type TestResult } from '../coverage.ts';
import type { Fault } from '../faults/fault.ts';

/** What one run of test files said. */
export interface RunReport {
  readonly tests: readonly TestResult[];
  /** Why files did not load, or what broke outside any test. */
  readonly broken: readonly string[];
}

export interface FaultVerdict {
  readonly found: boolean;
  /** Why not, one line for each reason. */
  readonly reasons: readonly string[];
}

/** Found: for every id a test that claims it and is green without the fault is red with it. */
export function judge(fault: Fault, without: RunReport, withFault: RunReport): FaultVerdict {
  const red = new Set(withFault.tests.filter(({ status }) => status === 'failed').map(nameOf));
  const reasons = withFault.broken.map((what) => `broken, not wrong: ${what}`);
  for (const id of fault.breaks) {
    const claims = without.tests.filter(({ titles }) => titles.flatMap(claimedIds).includes(id));
    const green = claims.filter(({ status }) => status === 'passed');
    if (claims.length === 0) {
      reasons.push(`${id}: no test of ${fault.tests.join(', ')} claims it`);
    } else if (green.length === 0) {
      reasons.push(`${id}: no test of it is green without the fault`);
    } else if (!green.some((test) => red.has(nameOf(test)))) {
      reasons.push(`${id}: its tests stay green`);
    }
  }
  return { found: reasons.length === 0, reasons };
}

function nameOf({ file, titles }: TestResult): string {
  return [file, ...titles].join(' › ');
}
