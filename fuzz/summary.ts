import type { SliceResult } from './slice.ts';

/** What all slices of one target came to. */
export interface Line {
  readonly target: string;
  readonly seconds: number;
  readonly inputs: number;
  readonly cases: number;
  readonly milliseconds: number;
  readonly peak: number;
  readonly kept: number;
  readonly findings: number;
}

export function newLine(target: string): Line {
  return { target, seconds: 0, inputs: 0, cases: 0, milliseconds: 0, peak: 0, kept: 0, findings: 0 };
}

export function add(line: Line, result: SliceResult, seconds: number): Line {
  return {
    target: line.target,
    seconds: line.seconds + seconds,
    inputs: line.inputs + result.inputs,
    cases: line.cases + result.cases,
    milliseconds: Math.max(line.milliseconds, result.milliseconds),
    peak: Math.max(line.peak, result.peak),
    kept: Math.max(line.kept, result.kept),
    findings: line.findings + result.findings.length,
  };
}

const HEAD = ['target', 'seconds', 'inputs', 'cases', 'max ms/64 kB', 'peak MB', 'kept MB', 'findings'];
const MEGABYTE = 2 ** 20;

/** One line for each target, as a Markdown table. */
export function table(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.target,
    line.seconds.toFixed(0),
    String(line.inputs),
    String(line.cases),
    line.milliseconds.toFixed(1),
    (line.peak / MEGABYTE).toFixed(0),
    (Math.max(0, line.kept) / MEGABYTE).toFixed(1),
    String(line.findings),
  ]);
  const widths = HEAD.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const shown = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [shown(HEAD), rule, ...rows.map(shown)].join('\n');
}
