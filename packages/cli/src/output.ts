import Table from 'cli-table3';
import { createColors } from 'picocolors';

/** Where the command writes, and how. */
export interface Output {
  readonly json: boolean;
  /** Columns of the terminal; undefined when it is none. */
  readonly columns: number | undefined;
  write(text: string): void;
  warn(text: string): void;
}

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => string | number | undefined;
  readonly right?: boolean;
}

const GOOD = new Set(['confirmed', 'answered', 'published', 'yes', 'installed']);
const BAD = new Set(['failed', 'rolled-back', 'timed-out', 'silent', 'regressed', 'quarantined', 'refused']);
const PLAIN_CHARS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Prints a value as one JSON document. */
export function printJson(output: Output, value: unknown): void {
  output.write(`${JSON.stringify(value, null, output.columns === undefined ? 0 : 2)}\n`);
}

/** Prints rows as a table, or `empty` when there are none. */
export function printTable<T>(
  output: Output,
  columns: readonly Column<T>[],
  rows: readonly T[],
  empty: string,
): void {
  if (rows.length === 0) {
    output.warn(`${empty}\n`);
    return;
  }
  const colors = colorsOf(output);
  const table = new Table({
    head: columns.map(({ head }) => colors.bold(head)),
    colAligns: columns.map(({ right }) => (right === true ? 'right' : 'left')),
    chars: PLAIN_CHARS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows) table.push(columns.map(({ cell }) => painted(output, printable(cell(row) ?? '–'))));
  output.write(`${trimLines(table.toString())}\n`);
}

/** Prints names and values, one per line; what is undefined is left out. */
export function printFacts(
  output: Output,
  facts: readonly (readonly [name: string, value: unknown])[],
): void {
  const colors = colorsOf(output);
  const known = facts.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...known.map(([name]) => name.length));
  for (const [name, value] of known) {
    output.write(`${colors.dim(name.padEnd(width))}  ${painted(output, printable(String(value)))}\n`);
  }
}

/** Text from a device or a file made harmless for a terminal: control characters become visible. */
export function printable(value: string | number): string {
  return String(value).replace(/\p{Cc}/gu, (c) =>
    c === '\n' ? '\n' : `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
  );
}

/** `2026-01-31 12:00:05` of an ISO 8601 text, in local time. */
export function localTime(iso: string | undefined): string | undefined {
  if (iso === undefined) return undefined;
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? iso
    : `${new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' }).format(date)}`;
}

/** `612.3 kB` */
export function sizeText(octets: number | undefined): string | undefined {
  if (octets === undefined) return undefined;
  if (octets < 1000) return `${octets} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(octets) / 3), units.length);
  return `${(octets / 1000 ** power).toFixed(1)} ${units[power - 1]}`;
}

export function colorsOf(output: Output): ReturnType<typeof createColors> {
  return createColors(output.columns !== undefined && process.env.NO_COLOR === undefined);
}

function painted(output: Output, text: string): string {
  const colors = colorsOf(output);
  const word = text.split(/[\s(]/)[0] ?? '';
  if (GOOD.has(word)) return colors.green(text);
  return BAD.has(word) ? colors.red(text) : text;
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
