import { type ConformReport, requirementsOf, totalsOf } from './report.ts';

/** The whole report as one JSON document. */
export function jsonReport(report: ConformReport): string {
  const { facts, results, ...rest } = report;
  const document = {
    ...rest,
    facts: Object.fromEntries(facts),
    totals: totalsOf(results),
    requirements: requirementsOf(results),
    results,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
