import { type Command, Option } from 'commander';
import { CliError, ExitCode } from '../cli-error.ts';
import { jsonCommand, outputOf, wholeNumber } from '../context.ts';
import { type Output, printJson } from '../output.ts';
import { convert } from './convert.ts';
import { decodeInput, failedIn, type InputDecoding, KINDS, type Kind, type Part } from './decode-input.ts';
import { type InputForm, readInput } from './input.ts';
import { jsonOf, printDecoding } from './print-decoding.ts';
import { type Convertible, hexOf } from './report.ts';

interface DecodeOptions {
  readonly offsets?: boolean;
  readonly from?: InputForm;
  readonly as?: Kind;
  readonly to?: 'xml' | 'wbxml';
  readonly part?: number;
}

/** `fumarole decode FILE|-`: what the octets say, and what of them breaks the standard. */
export function registerDecode(program: Command): void {
  jsonCommand(
    program,
    'decode <file>',
    'show a message, push, SMS, TNDS, DDF, descriptor, package, capture or trace; - is standard input',
  )
    .option('--offsets', 'show where each part begins')
    .addOption(new Option('--from <form>', 'how the octets are written').choices(['raw', 'hex', 'base64']))
    .addOption(new Option('--as <kind>', 'take it for this').choices(KINDS))
    .addOption(new Option('--to <encoding>', 'write the document in this form').choices(['xml', 'wbxml']))
    .option(
      '--part <n>',
      'of a capture or trace only the message with this number, from 1',
      wholeNumber(1, 1_000_000),
    )
    .action(async (file: string, options: DecodeOptions, command: Command) => {
      const output = outputOf(command);
      const input = await readInput(file, options.from);
      const decoding = onlyPart(decodeInput(input, options.as), options.part);
      if (failedIn(decoding)) process.exitCode = ExitCode.failure;
      if (options.to !== undefined) writeAs(output, convert(documentOf(decoding), options.to));
      else if (output.json) printJson(output, jsonOf(decoding, input.octets));
      else
        printDecoding(output, decoding, input.octets, {
          offsets: options.offsets === true,
          form: input.form,
        });
    });
}

function onlyPart(decoding: InputDecoding, number: number | undefined): InputDecoding {
  if (number === undefined) return decoding;
  const parts = decoding.parts ?? [];
  const part = parts[number - 1];
  if (part === undefined) throw new CliError('usage', `There is no part ${number}; it has ${parts.length}.`);
  return { ...decoding, parts: [part] };
}

/** The document to write in another form. Throws CliError `usage` when it is not told which of several. */
function documentOf({ report, parts = [] }: InputDecoding): Convertible | undefined {
  const convertible = ({ decoding }: Part): readonly Convertible[] =>
    decoding?.report.convertible === undefined ? [] : [decoding.report.convertible];
  const inside = parts.flatMap(convertible);
  if (inside.length > 1) {
    const numbers = parts.flatMap((part, at) => (convertible(part).length > 0 ? [at + 1] : []));
    throw new CliError(
      'usage',
      `There are ${inside.length} documents inside; name one with --part: ${numbers.join(', ')}.`,
    );
  }
  return report.convertible ?? inside[0];
}

/** A terminal is no place for octets. */
function writeAs(output: Output, made: string | Uint8Array): void {
  if (typeof made === 'string') output.write(made);
  else if (output.columns === undefined) process.stdout.write(made);
  else output.write(`${hexOf(made)}\n`);
}
