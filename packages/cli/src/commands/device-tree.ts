import type { ApiNode, ApiTreeCommand, TreeVerb } from '@fumarole/server/api';
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
}

function verb(tree: Command, name: TreeVerb, args: string, description: string): Command {
  return apiCommand(tree, `${name} ${args}`, `${description}; runs at the next contact`)
    .option('--wait <seconds>', 'wait for the answer', wholeNumber(0, MAX_WAIT_SECONDS), 30)
    .option('--wake', 'send package 0 at once')
    .action(async (...given: readonly unknown[]) => {
      const [device, uri, value, options, command] = treeArguments(given);
      const context = contextOf(command);
      const { format, type, correlator } = options;
      const request = { verb: name, uri, value, format, type, correlator };
      const queued = await context.api.post<ApiTreeCommand>(`/devices/${segment(device)}/commands`, {
        json: request,
      });
      if (options.wake === true) await context.api.post(`/devices/${segment(device)}/wake`, { json: {} });
      show(context, await awaited(context, device, queued, options.wait ?? 0));
    });
}

function withValue(command: Command): Command {
  return command
    .option('--format <format>', 'chr, int, bool, b64, bin, node, null, xml …')
    .option('--type <type>', 'media type of the value');
}

/** Commander hands over the arguments, then the options, then the command; the value is there only for some verbs. */
function treeArguments(
  given: readonly unknown[],
): [string, string, string | undefined, TreeOptions, Command] {
  const [device, uri, value] = given.slice(0, -2) as (string | undefined)[];
  const [options, command] = given.slice(-2) as [TreeOptions, Command];
  return [device ?? '', uri ?? '', value, options, command];
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
    throw new CliError('api', `The device answered ${answer.statusText ?? answer.status ?? 'nothing'}.`);
  }
}

function showAnswer(output: Context['output'], { status, statusText, results }: ApiTreeCommand): void {
  const [only, ...others] = results ?? [];
  if (only !== undefined && others.length === 0) output.write(`${valueText(only)}\n`);
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
