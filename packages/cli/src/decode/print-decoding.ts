import { colorsOf, type Output, printable } from '../output.ts';
import { textWidth, wrapped } from '../text-width.ts';
import type { Decoding } from './decode.ts';
import type { InputDecoding, Part } from './decode-input.ts';
import type { InputForm } from './input.ts';
import { MAX_SHOWN_CHARACTERS } from './limits.ts';
import { hexOf, type Shown } from './report.ts';

const OFFSET_WIDTH = 8;
const AROUND_FAILURE = 16;

/** The tree, then warnings, then, if there is one, the failure with the octets around it; then the same of each part. */
export function printDecoding(
  output: Output,
  decoding: InputDecoding,
  octets: Uint8Array,
  options: { readonly offsets?: boolean; readonly form?: InputForm } = {},
): void {
  const { offsets = false, form = 'raw' } = options;
  const colors = colorsOf(output);
  const written = form === 'raw' ? '' : colors.dim(` (written in ${form})`);
  printOne(output, decoding, octets, offsets, written);
  for (const [at, part] of (decoding.parts ?? []).entries()) {
    output.write(`\n${colors.inverse(` ${at + 1} `)} ${colors.bold(printable(part.heading))}\n`);
    for (const [name, value] of part.facts) output.write(`${colors.dim(`${name}: ${shortened(value)}`)}\n`);
    if (part.decoding !== undefined) printOne(output, part.decoding, part.octets, offsets, '');
    if (part.fault !== undefined) output.write(`${colors.red('not whole')}: ${printable(part.fault)}\n`);
  }
}

function printOne(
  output: Output,
  { shown, report }: Decoding,
  octets: Uint8Array,
  offsets: boolean,
  written: string,
): void {
  const colors = colorsOf(output);
  output.write(`${colors.bold(colors.green(report.formats.join(' › ')))}${written}\n`);
  for (const line of linesOf(shown, 0)) {
    const where = offsets ? `${offsetText(line.offset)}  ` : '';
    const label = printable(line.label);
    const name = label.startsWith('@') ? colors.magenta(label) : colors.cyan(label);
    const indent = where.length + line.depth * 2;
    const value = line.text === undefined ? '' : valueText(line.text, indent, label.length, output.columns);
    const meaning = line.meaning === undefined ? '' : colors.dim(`  (${line.meaning})`);
    output.write(`${colors.dim(where)}${'  '.repeat(line.depth)}${name}${value}${meaning}\n`);
  }
  for (const { text, offset } of report.warnings) {
    output.write(
      `${colors.yellow('warning')}${offset === undefined ? '' : ` at ${place(offset)}`}: ${shortened(text)}\n`,
    );
  }
  if (report.failure === undefined) return;
  const { offset, reason } = report.failure;
  output.write(`${colors.red('cannot be decoded')} at ${place(offset)}: ${printable(reason)}\n`);
  const from = Math.max(0, offset - AROUND_FAILURE);
  const before = hexOf(octets.subarray(from, offset));
  const after = hexOf(octets.subarray(offset, offset + AROUND_FAILURE));
  output.write(`  ${colors.dim(before)} ${colors.red('▸')} ${after || '(end)'}\n`);
}

/** A value behind its label; one that does not fit the line goes on below, further in. */
function valueText(text: string, indent: number, label: number, columns: number | undefined): string {
  const value = shortened(text);
  const room = (columns ?? Number.POSITIVE_INFINITY) - indent - label - 2;
  if (textWidth(value) <= room) return `  ${value}`;
  const below = indent + 4;
  const [first = '', ...rest] = wrapped(value, Math.max(24, (columns ?? 80) - below));
  return [`\n${' '.repeat(below)}${first}`, ...rest.map((line) => `\n${' '.repeat(below + 2)}${line}`)].join(
    '',
  );
}

/** Everything as data. */
export function jsonOf(decoding: InputDecoding, octets: Uint8Array): Readonly<Record<string, unknown>> {
  return {
    ...jsonOfOne(decoding, octets.length),
    ...(decoding.parts === undefined ? {} : { parts: decoding.parts.map(jsonOfPart) }),
  };
}

function jsonOfPart({ heading, facts, decoding, octets, fault }: Part): Readonly<Record<string, unknown>> {
  return {
    heading,
    ...(facts.length === 0 ? {} : { facts: Object.fromEntries(facts) }),
    ...(decoding === undefined ? {} : jsonOfOne(decoding, octets.length)),
    ...(fault === undefined ? {} : { fault }),
  };
}

function jsonOfOne({ shown, report }: Decoding, octets: number): Readonly<Record<string, unknown>> {
  const { formats, warnings, failure } = report;
  return { formats, octets, tree: plain(shown), warnings, ...(failure === undefined ? {} : { failure }) };
}

function plain({
  label,
  text,
  meaning,
  offset,
  namespace,
  children,
}: Shown): Readonly<Record<string, unknown>> {
  return {
    label,
    ...(text === undefined ? {} : { text }),
    ...(meaning === undefined ? {} : { meaning }),
    ...(offset === undefined ? {} : { offset }),
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    ...(children.length === 0 ? {} : { children: children.map(plain) }),
  };
}

function* linesOf(node: Shown, depth: number): Generator<Shown & { readonly depth: number }> {
  yield { ...node, depth };
  for (const child of node.children) yield* linesOf(child, depth + 1);
}

function offsetText(offset: number | undefined): string {
  return offset === undefined ? ' '.repeat(OFFSET_WIDTH) : offset.toString(16).padStart(OFFSET_WIDTH, '0');
}

function place(offset: number): string {
  return `octet ${offset} (0x${offset.toString(16)})`;
}

function shortened(text: string): string {
  const line = printable(text).replaceAll('\n', '\\n');
  return line.length <= MAX_SHOWN_CHARACTERS
    ? line
    : `${line.slice(0, MAX_SHOWN_CHARACTERS)}… (${text.length} characters)`;
}
