import { writeFile } from 'node:fs/promises';
import type { ApiSessionDetail } from '@fumarole/server/api';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { apiCommand, contextOf, outputOf, segment } from '../context.ts';
import { readInput } from '../decode/input.ts';
import { fileError } from '../file-error.ts';
import { type Output, printable, printJson } from '../output.ts';
import { drawDiagram } from './diagram.ts';
import { htmlOf } from './html.ts';
import { mermaidOf } from './mermaid.ts';
import { pcapOf } from './pcap-export.ts';
import { type SessionTrace, traceOfApi } from './session-trace.ts';
import { tracesOf } from './trace-file.ts';

const FORMS = ['mermaid', 'html', 'pcap'] as const;

interface TraceOptions {
  readonly all?: boolean;
  readonly text?: boolean;
  readonly xml?: boolean;
  readonly export?: (typeof FORMS)[number];
  readonly out?: string;
  readonly file?: string;
}

/** `fumarole trace`: a session as a diagram, in words, as XML, and as files for others. */
export function registerTrace(program: Command): void {
  apiCommand(program, 'trace [session]', 'the exchange of a session, drawn and explained')
    .option('--all', 'draw every exchange, those alike too')
    .option('--text', 'the exchange in words, without the drawing')
    .option('--xml', 'the SyncML as XML')
    .addOption(new Option('--export <form>', 'write it for others; pcap opens in Wireshark').choices(FORMS))
    .option('--out <file>', 'write the export to this file')
    .option('--file <file>', 'take the session from a file: JSON of trace --json, or a capture')
    .action(async (id: string | undefined, options: TraceOptions, command: Command) => {
      if (options.file !== undefined) {
        const { octets } = await readInput(options.file, 'raw');
        await show(outputOf(command), chosen(tracesOf(octets, options.file), id), options);
        return;
      }
      if (id === undefined) throw new CliError('usage', 'Name a session, or give --file.');
      const { api, output } = contextOf(command);
      const found = await api.get<ApiSessionDetail>(`/sessions/${segment(id)}`);
      if (output.json) printJson(output, found);
      else if (options.text === true) output.write(`${printable(found.transcript).trimEnd()}\n`);
      else await show(output, traceOfApi(found), options);
    });
}

function chosen(traces: readonly SessionTrace[], id: string | undefined): SessionTrace {
  const found =
    id === undefined ? traces : traces.filter((trace) => trace.id === id || trace.id.startsWith(`${id} `));
  const [only, second] = found;
  if (only === undefined)
    throw new CliError('file', 'There is no such session in the file.', traces.map(listed));
  if (second !== undefined)
    throw new CliError('usage', 'There are several sessions in the file; name one.', found.map(listed));
  return only;
}

function listed({ id, steps }: SessionTrace): string {
  return `"${printable(id)}", ${steps.length} messages`;
}

async function show(output: Output, trace: SessionTrace, options: TraceOptions): Promise<void> {
  if (options.export !== undefined) await exported(output, trace, options.export, options);
  else if (output.json)
    printJson(
      output,
      trace.steps.map(({ octets: _, message: __, ...step }) => step),
    );
  else if (options.xml === true) output.write(`${xmlText(trace)}`);
  else if (options.text === true) output.write(`${printable(wordsOf(trace))}\n`);
  else drawDiagram(output, trace, options);
}

async function exported(
  output: Output,
  trace: SessionTrace,
  form: (typeof FORMS)[number],
  options: TraceOptions,
): Promise<void> {
  const made = form === 'pcap' ? pcapOf(trace) : form === 'html' ? htmlOf(trace) : mermaidOf(trace, options);
  const { out } = options;
  if (out !== undefined) {
    await writeFile(out, made).catch((error: unknown) => {
      throw fileError(out, error);
    });
    output.warn(`${out}: ${Buffer.byteLength(made)} octets\n`);
  } else if (typeof made === 'string') output.write(made);
  else if (output.columns === undefined) process.stdout.write(made);
  else throw new CliError('usage', 'A terminal is no place for a capture: give --out.');
}

function wordsOf({ steps }: SessionTrace): string {
  return steps
    .map(({ from, says }) => [`from the ${from}:`, ...says.map((one) => `    ${one}`)].join('\n'))
    .join('\n\n');
}

function xmlText({ steps }: SessionTrace): string {
  return steps
    .map(
      ({ at, from, bytes, encoding, xml }) =>
        `<!-- ${new Date(at).toISOString()} from the ${from}, ${bytes} octets of ${encoding} -->\n${xml ?? ''}\n`,
    )
    .join('\n');
}
