import { colorsOf, type Output, printable } from '../output.ts';
import type { Decoding } from './decode.ts';
import type { InputForm } from './input.ts';
import { MAX_SHOWN_CHARACTERS } from './limits.ts';
import { hexOf, type Shown } from './report.ts';

const OFFSET_WIDTH = 8;
const AROUND_FAILURE = 16;

/** The tree, then warnings, then, if there is one, the failure with the octets around it. */
export function printDecoding(
  output: Output,
  { shown, report }: Decoding,
  octets: Uint8Array,
  options: { readonly offsets?: boolean; readonly form?: InputForm } = {},
): void {
  const { offsets = false, form = 'raw' } = options;
  const colors = colorsOf(output);
  const written = form === 'raw' ? '' : colors.dim(` (written in ${form})`);
  output.write(`${colors.bold(report.formats.join(' › '))}${written}\n`);
  for (const line of linesOf(shown, 0)) {
    const where = offsets ? colors.dim(`${offsetText(line.offset)}  `) : '';
    const label = printable(line.label);
    const name = label.startsWith('@') ? colors.magenta(label) : colors.cyan(label);
    const value = line.text === undefined ? '' : `  ${shortened(line.text)}`;
    output.write(`${where}${'  '.repeat(line.depth)}${name}${value}\n`);
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

/** Everything as data. */
export function jsonOf({ shown, report }: Decoding, octets: Uint8Array): Readonly<Record<string, unknown>> {
  const { formats, warnings, failure } = report;
  return {
    formats,
    octets: octets.length,
    tree: plain(shown),
    warnings,
    ...(failure === undefined ? {} : { failure }),
  };
}

function plain({ label, text, offset, namespace, children }: Shown): Readonly<Record<string, unknown>> {
  return {
    label,
    ...(text === undefined ? {} : { text }),
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
