import type { CheckResult } from '../run-checks.ts';
import { type ConformReport, totalsOf } from './report.ts';
import { inBrackets, resultLine } from './text.ts';

/** JUnit XML, as test benches read it: one suite for each group and encoding. */
export function junitReport(report: ConformReport): string {
  const { results, role, subject, startedAt, durationMs } = report;
  const { failed, inconclusive } = totalsOf(results);
  const suites = suitesOf(results).map(([name, own]) => suite(`${role}.${name}`, startedAt, own));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${attribute(`conformance of ${role} ${subject}`)} tests="${results.length}" failures="${failed}" skipped="${inconclusive}" time="${seconds(durationMs)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function suitesOf(results: readonly CheckResult[]): readonly (readonly [string, readonly CheckResult[]])[] {
  const suites = new Map<string, CheckResult[]>();
  for (const result of results) {
    const name = `${result.group}.${result.variant}`;
    suites.set(name, [...(suites.get(name) ?? []), result]);
  }
  return [...suites];
}

function suite(name: string, startedAt: string, results: readonly CheckResult[]): string {
  const { failed, inconclusive } = totalsOf(results);
  const time = results.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return [
    `  <testsuite name=${attribute(name)} timestamp="${startedAt}" tests="${results.length}" failures="${failed}" errors="0" skipped="${inconclusive}" time="${seconds(time)}">`,
    ...results.map((result) => testCase(name, result)),
    '  </testsuite>',
  ].join('\n');
}

function testCase(suiteName: string, result: CheckResult): string {
  const { id, title, requirements, verdict, reason = '', durationMs } = result;
  const name = `${id}: ${title}${inBrackets(requirements)}`;
  const open = `    <testcase classname=${attribute(suiteName)} name=${attribute(name)} time="${seconds(durationMs)}"`;
  if (verdict === 'passed') return `${open}/>`;
  const inside =
    verdict === 'failed'
      ? `      <failure message=${attribute(reason)}>${text(storyOf(result))}</failure>`
      : `      <skipped message=${attribute(reason)}/>`;
  return `${open}>\n${inside}\n    </testcase>`;
}

function storyOf(result: CheckResult): string {
  const said = result.exchange.map(({ from, line, text: body }) => `${from}: ${line}\n${body}`);
  return [resultLine(result).trim(), ...said].join('\n\n');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function attribute(value: string): string {
  return `"${text(value).replaceAll('"', '&quot;').replace(/\s+/g, ' ')}"`;
}

/** Characters that XML 1.0 does not know at all become U+FFFD. */
function text(value: string): string {
  return value
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
