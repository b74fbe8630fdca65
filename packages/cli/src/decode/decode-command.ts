import { type Command, Option } from 'commander';
import { ExitCode } from '../cli-error.ts';
import { jsonCommand, outputOf } from '../context.ts';
import { printJson } from '../output.ts';
import { convert } from './convert.ts';
import { decodeOctets, KINDS, type Kind } from './decode.ts';
import { type InputForm, readInput } from './input.ts';
import { jsonOf, printDecoding } from './print-decoding.ts';
import { hexOf } from './report.ts';

interface DecodeOptions {
  readonly offsets?: boolean;
  readonly from?: InputForm;
  readonly as?: Kind;
  readonly to?: 'xml' | 'wbxml';
}

/** `fumarole decode FILE|-`: what the octets say, and what of them breaks the standard. */
export function registerDecode(program: Command): void {
  jsonCommand(
    program,
    'decode <file>',
    'show a message, push, SMS, TNDS, DDF, descriptor or package; - is standard input',
  )
    .option('--offsets', 'show where each part begins')
    .addOption(new Option('--from <form>', 'how the octets are written').choices(['raw', 'hex', 'base64']))
    .addOption(new Option('--as <kind>', 'take it for this').choices(KINDS))
    .addOption(new Option('--to <encoding>', 'write the document in this form').choices(['xml', 'wbxml']))
    .action(async (file: string, options: DecodeOptions, command: Command) => {
      const output = outputOf(command);
      const { octets, cut, form } = await readInput(file, options.from);
      const decoding = decodeOctets(octets, { as: options.as, cut });
      if (decoding.report.failure !== undefined) process.exitCode = ExitCode.failure;
      if (options.to !== undefined) {
        const converted = convert(decoding.report.convertible, options.to);
        // A terminal is no place for octets.
        if (typeof converted === 'string') output.write(converted);
        else if (output.columns === undefined) process.stdout.write(converted);
        else output.write(`${hexOf(converted)}\n`);
      } else if (output.json) printJson(output, jsonOf(decoding, octets));
      else printDecoding(output, decoding, octets, { offsets: options.offsets === true, form });
    });
}
