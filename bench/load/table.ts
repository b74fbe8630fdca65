import { cpus } from 'node:os';

/** Rows under a heading, columns as wide as their longest value. */
export function printTable(
  heading: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): void {
  const cells = [columns, ...rows.map((row) => row.map(String))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ');
  process.stdout.write(`\n${heading}\n${cells.map((row) => `  ${line(row)}\n`).join('')}`);
}

export function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'cpu'}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
}

/** `--short` for a look, nothing for figures worth keeping. */
export function isShort(): boolean {
  return process.argv.includes('--short');
}
