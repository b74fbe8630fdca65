import type { ShownMessage } from '../exchange.ts';
import type { CheckResult } from '../run-checks.ts';
import { type ConformReport, requirementsOf, totalsOf } from './report.ts';

const WORDS = { passed: 'ok  ', failed: 'FAIL', inconclusive: '–   ' } as const;
const LINE_WIDTH = 110;

/** One line for each check, as it is told while the checks run. */
export function resultLine({ id, variant, title, verdict, reason }: CheckResult): string {
  const why = reason === undefined ? '' : `\n        ${reason}`;
  return `  ${WORDS[verdict]}  ${`${id} [${variant}]`.padEnd(34)} ${title}${why}`;
}

/** The report on paper: what was looked at, every check, for each failure the exchange that shows it, and the requirements. */
export function textReport(report: ConformReport): string {
  const { results, facts } = report;
  const failed = results.filter(({ verdict }) => verdict === 'failed');
  return [
    `OMA DM 1.2 / FUMO 1.0 conformance: ${report.role} ${report.subject}`,
    `${report.tool}, ${report.startedAt}, ${(report.durationMs / 1000).toFixed(1)} s`,
    ...facts.map(([name, value]) => `  ${name.padEnd(14)} ${value}`),
    '',
    ...groupsOf(results).flatMap(([group, own]) => [group, ...own.map(resultLine), '']),
    ...failed.flatMap(failureLines),
    ...requirementLines(results),
    '',
    totalLine(results),
    '',
  ].join('\n');
}

export function totalLine(results: readonly CheckResult[]): string {
  const { passed, failed, inconclusive } = totalsOf(results);
  return `${results.length} checks: ${passed} passed, ${failed} failed, ${inconclusive} inconclusive`;
}

function groupsOf(results: readonly CheckResult[]): readonly (readonly [string, readonly CheckResult[]])[] {
  const groups = new Map<string, CheckResult[]>();
  for (const result of results) groups.set(result.group, [...(groups.get(result.group) ?? []), result]);
  return [...groups];
}

function failureLines({
  id,
  variant,
  title,
  requirements,
  reason,
  exchange,
}: CheckResult): readonly string[] {
  return [
    `── ${id} [${variant}] `.padEnd(LINE_WIDTH, '─'),
    `Required      ${title}${inBrackets(requirements)}`,
    `Found         ${reason ?? ''}`,
    ...exchange.flatMap(messageLines),
    '',
  ];
}

/** ` (P-001, P-002)`; nothing where the standard has no number for it. */
export function inBrackets(ids: readonly string[]): string {
  return ids.length === 0 ? '' : ` (${ids.join(', ')})`;
}

function messageLines({ from, at, line, headers, octets, encoding, text }: ShownMessage): readonly string[] {
  const way = from === 'client' ? 'client → server' : 'server → client';
  return [
    '',
    `  ${at.slice(11, 23)}  ${way}  ${line}, ${octets} octets of ${encoding.toUpperCase()}`,
    ...Object.entries(headers).map(([name, value]) => `    ${name}: ${value}`),
    ...text.split('\n').map((one) => `    ${one}`),
  ];
}

function requirementLines(results: readonly CheckResult[]): readonly string[] {
  const rows = requirementsOf(results);
  const line = (word: string, verdict: string): readonly string[] => {
    const ids = rows.filter((row) => row.verdict === verdict).map(({ id }) => id);
    return ids.length === 0 ? [] : [`${word.padEnd(13)} ${ids.join(' ')}`];
  };
  return [
    'Requirements',
    ...line('  met', 'passed'),
    ...line('  broken', 'failed'),
    ...line('  not shown', 'inconclusive'),
  ];
}
