import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type {
  ApiNode,
  ApiTreeCommand,
  ApiTreeCommandRequest,
  ApiTreeStep,
  ApiTreeStepAnswer,
  PlainVerb,
} from '@fumarole/server/api';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { apiCommand, type Context, contextOf, segment, wholeNumber } from '../context.ts';
import { type Column, localTime, printFacts, printJson, printTable } from '../output.ts';

/** One request waits so long, well within the time an answer may take; a longer wait asks again. */
const SERVER_WAIT_SECONDS = 20;
const MAX_WAIT_SECONDS = 3600;

interface TreeOptions {
  readonly wait?: number;
  readonly wake?: boolean;
  readonly format?: string;
  readonly type?: string;
  readonly correlator?: string;
  readonly options?: string;
}

const NODE_COLUMNS: readonly Column<ApiNode>[] = [
  { head: 'URI', cell: ({ uri }) => uri },
  { head: 'VALUE', cell: valueText },
  { head: 'FORMAT', cell: ({ format }) => format },
  { head: 'REPORTED', cell: ({ at }) => localTime(at) },
];

const COMMAND_COLUMNS: readonly Column<ApiTreeCommand>[] = [
  { head: 'COMMAND', cell: ({ id }) => id },
  { head: 'VERB', cell: ({ verb }) => verb },
  { head: 'URI', cell: ({ uri }) => uri },
  { head: 'STATE', cell: ({ state }) => state },
  {
    head: 'STATUS',
    cell: ({ status, statusText }) => statusText ?? status,
  },
  { head: 'QUEUED', cell: ({ queuedAt }) => localTime(queuedAt) },
];

/** `fumarole device-tree …`: the management tree of a device, as last reported and by single commands. */
export function registerDeviceTree(program: Command): void {
  const tree = program.command('device-tree').description('management tree of a device');
  apiCommand(tree, 'show <device> [uri]', 'node values as the device last reported them').action(
    async (device: string, uri: string | undefined, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const nodes = await api.list<ApiNode>(`/devices/${segment(device)}/tree`, { uri });
      if (output.json) printJson(output, nodes);
      else printTable(output, NODE_COLUMNS, nodes, 'Nothing reported yet; ask with `device-tree get`.');
    },
  );
  apiCommand(tree, 'commands <device>', 'single commands queued for a device and their answers').action(
    async (device: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const commands = await api.list<ApiTreeCommand>(`/devices/${segment(device)}/commands`);
      if (output.json) printJson(output, commands);
      else printTable(output, COMMAND_COLUMNS, commands, 'No commands.');
    },
  );
  verb(tree, 'get', '<device> <uri>', 'ask for a value');
  withValue(verb(tree, 'set', '<device> <uri> <value>', 'replace a value'));
  withValue(verb(tree, 'add', '<device> <uri> [value]', 'add a node'));
  verb(tree, 'delete', '<device> <uri>', 'delete a node');
  verb(tree, 'exec', '<device> <uri> [value]', 'execute a node').option(
    '--correlator <text>',
    'comes back in the result',
  );
  queuing(tree, 'copy <device> <source> <target>', 'copy the value of a leaf', ([source, uri]) => ({
    verb: 'copy',
    uri,
    source,
  }));
  queuing(tree, 'rename <device> <uri> <name>', 'give a node another name', ([uri, value]) => ({
    verb: 'set',
    uri: `${uri}?prop=Name`,
    value,
  }));
  registerAlert(tree);
  for (const [name, what] of [
    ['sequence', 'run several commands in order'],
    ['atomic', 'run several commands, all or nothing'],
  ] as const) {
    queuing(
      tree,
      `${name} <device> <file>`,
      `${what}; the file is a JSON list of {verb, uri, value …}, - for standard input`,
      async ([file = '']) => ({ verb: name, commands: await readSteps(file) }),
    );
  }
}

const ALERTS = { display: 1100, confirm: 1101, text: 1102, choice: 1103, choices: 1104 } as const;

/** User interaction: the options are the protocol's own. */
function registerAlert(tree: Command): void {
  queuing(
    tree,
    'alert <device> <kind> <text> [choices...]',
    `show the user a text, or ask: ${Object.keys(ALERTS).join(', ')}`,
    ([kind = '', text = '', ...choices], { options }) => {
      const code = Object.entries(ALERTS).find(([name]) => name === kind)?.[1];
      if (code === undefined) {
        throw new CliError('usage', `${kind} is none of ${Object.keys(ALERTS).join(', ')}.`);
      }
      const texts = [text, ...choices];
      return { verb: 'alert', alert: { code, texts, ...(options === undefined ? {} : { options }) } };
    },
  ).option('--options <text>', 'MINDT=10&MAXDT=60&DR=1; also MAXLEN, IT, ET');
}

async function readSteps(file: string): Promise<readonly ApiTreeStep[]> {
  const octets = file === '-' ? await buffer(process.stdin) : await readFile(file).catch(unreadable(file));
  try {
    const steps: unknown = JSON.parse(octets.toString('utf8'));
    if (Array.isArray(steps)) return steps;
  } catch (error) {
    throw new CliError('usage', `${file} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  throw new CliError('usage', `${file} holds no list of commands.`);
}

function unreadable(file: string): (error: unknown) => never {
  return (error) => {
    throw new CliError('file', `${file}: ${error instanceof Error ? error.message : error}`);
  };
}

type MakeRequest = (
  args: readonly string[],
  options: TreeOptions,
) => ApiTreeCommandRequest | Promise<ApiTreeCommandRequest>;

/** A command that puts one order into the queue of a device and waits for what becomes of it. */
function queuing(tree: Command, usage: string, description: string, make: MakeRequest): Command {
  return apiCommand(tree, usage, `${description}; runs at the next contact`)
    .option('--wait <seconds>', 'wait for the answer', wholeNumber(0, MAX_WAIT_SECONDS), 30)
    .option('--wake', 'send package 0 at once')
    .action(async (...given: readonly unknown[]) => {
      const [options, command] = given.slice(-2) as [TreeOptions, Command];
      const [device = '', ...args] = given.slice(0, -2).flat() as string[];
      await queue(contextOf(command), device, await make(args, options), options);
    });
}

async function queue(
  context: Context,
  device: string,
  request: ApiTreeCommandRequest,
  { wake, wait }: TreeOptions,
): Promise<void> {
  const queued = await context.api.post<ApiTreeCommand>(`/devices/${segment(device)}/commands`, {
    json: request,
  });
  if (wake === true) await context.api.post(`/devices/${segment(device)}/wake`, { json: {} });
  show(context, await awaited(context, device, queued, wait ?? 0));
}

function verb(tree: Command, name: PlainVerb, args: string, description: string): Command {
  return queuing(tree, `${name} ${args}`, description, ([uri, value], { format, type, correlator }) => ({
    verb: name,
    uri,
    value,
    format,
    type,
    correlator,
  }));
}

function withValue(command: Command): Command {
  return command
    .option('--format <format>', 'chr, int, bool, b64, bin, node, null, xml …')
    .option('--type <type>', 'media type of the value');
}

async function awaited(
  { api }: Context,
  device: string,
  queued: ApiTreeCommand,
  seconds: number,
): Promise<ApiTreeCommand> {
  const until = Date.now() + seconds * 1000;
  let now = queued;
  while (isOpen(now) && Date.now() < until) {
    const wait = Math.max(1, Math.min(SERVER_WAIT_SECONDS, Math.ceil((until - Date.now()) / 1000)));
    now = await api.get<ApiTreeCommand>(`/devices/${segment(device)}/commands/${segment(queued.id)}`, {
      wait,
    });
  }
  return now;
}

function show({ output }: Context, answer: ApiTreeCommand): void {
  if (output.json) printJson(output, answer);
  else if (isOpen(answer))
    output.warn(`${answer.id} is queued; it runs when the device next contacts the server.\n`);
  else showAnswer(output, answer);
  if (isOpen(answer)) throw new CliError('wait-ended', `${answer.id} has no answer yet.`);
  if (answer.state === 'failed' || (answer.status ?? 0) >= 300) {
    if (answer.refusal !== undefined) throw new CliError('api', `It was not sent: ${answer.refusal}.`);
    throw new CliError('api', `The device answered ${answer.statusText ?? answer.status ?? 'nothing'}.`);
  }
  // The Status of a sequence says only that it was run.
  const step = answer.commands?.find(({ status = 0 }) => status >= 300);
  if (step !== undefined) {
    const said = step.statusText ?? String(step.status);
    throw new CliError('api', `The device answered ${said} to ${step.verb} ${step.uri}.`);
  }
}

const STEP_COLUMNS: readonly Column<ApiTreeStepAnswer>[] = [
  { head: 'VERB', cell: ({ verb }) => verb },
  { head: 'URI', cell: ({ uri }) => uri },
  { head: 'STATUS', cell: ({ status, statusText }) => statusText ?? status },
  { head: 'ANSWER', cell: ({ answers }) => answers?.join(', ') },
];

function showAnswer(output: Context['output'], answer: ApiTreeCommand): void {
  const { status, statusText, results, answers, commands } = answer;
  const [only, ...others] = results ?? [];
  if (commands !== undefined) printTable(output, STEP_COLUMNS, commands, '');
  if (answers !== undefined) output.write(`${answers.join('\n')}\n`);
  else if (only !== undefined && others.length === 0) output.write(`${valueText(only)}\n`);
  else if (only !== undefined) printTable(output, NODE_COLUMNS, [only, ...others], '');
  else printFacts(output, [['status', statusText ?? status ?? '']]);
}

/** A large value is told by length and hash; the API has it under `/value` of the command. */
function valueText({ value, size, sha256 }: ApiNode): string {
  return value ?? (size === undefined ? '' : `${size} octets, SHA-256 ${sha256 ?? ''}`);
}

function isOpen({ state }: ApiTreeCommand): boolean {
  return state === 'queued' || state === 'sent';
}
