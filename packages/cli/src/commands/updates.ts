import type { ApiUpdate, ApiUpdatesCreated } from '@fumarole/server/api';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { apiCommand, contextOf, gather, segment, wholeNumber } from '../context.ts';
import { type Column, localTime, printFacts, printJson, printTable } from '../output.ts';

export const UPDATE_COLUMNS: readonly Column<ApiUpdate>[] = [
  { head: 'UPDATE', cell: ({ id }) => id },
  { head: 'DEVICE', cell: ({ device }) => device },
  {
    head: 'STATE',
    cell: ({ state, reason }) =>
      reason === undefined || reason === 'success' ? state : `${state} (${reason})`,
  },
  { head: 'FROM', cell: ({ fromVersion }) => fromVersion },
  { head: 'TO', cell: ({ toVersion }) => toVersion },
  {
    head: 'BY',
    cell: ({ via, operation }) =>
      [operation, via].filter((part) => part !== undefined).join(', ') || undefined,
  },
  { head: 'ATTEMPTS', cell: ({ attempts }) => attempts, right: true },
  { head: 'CHANGED', cell: ({ updatedAt }) => localTime(updatedAt) },
];

interface CreateOptions {
  readonly package?: string;
  readonly via?: string;
  readonly operation?: string;
  readonly wake?: boolean;
}

/** `fumarole updates …`: ask for updates and follow them. */
export function registerUpdates(program: Command): void {
  const updates = program.command('updates').description('updates of devices');
  registerCreate(updates);
  apiCommand(
    updates,
    'list',
    'the present update of each device; of one device all that are kept, newest first',
  )
    .option('--device <device>', 'only of this device')
    .option('--state <state>', 'only in this state')
    .option('--package <package>', 'only to this package')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 1_000_000))
    .action(
      async (
        options: { device?: string; state?: string; package?: string; limit?: number },
        command: Command,
      ) => {
        const { api, output } = contextOf(command);
        const { limit, ...filters } = options;
        const { device, state, package: pkg } = filters;
        const found = await api.list<ApiUpdate>('/updates', { device, state, package: pkg }, limit);
        if (output.json) printJson(output, found);
        else printTable(output, UPDATE_COLUMNS, found, 'No updates yet.');
      },
    );
  apiCommand(updates, 'show <update>', 'one update').action(
    async (id: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const update = await api.get<ApiUpdate>(`/updates/${segment(id)}`);
      if (output.json) printJson(output, update);
      else printFacts(output, updateFacts(update));
    },
  );
  apiCommand(updates, 'cancel <update>', 'cancel an update that the device has not accepted yet').action(
    async (id: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const update = await api.post<ApiUpdate>(`/updates/${segment(id)}/cancel`, { json: {} });
      if (output.json) printJson(output, update);
      else output.write(`${id} ${update.state}\n`);
    },
  );
}

function registerCreate(updates: Command): void {
  apiCommand(updates, 'create <device...>', 'ask for an update of devices')
    .option('--package <package>', 'to this package (default: the one that fits)')
    .addOption(
      new Option('--via <mechanism>', 'how it travels').choices(['auto', 'pkgdata', 'url', 'descriptor']),
    )
    .addOption(
      new Option('--operation <operation>', 'what the device is told').choices([
        'auto',
        'download-then-update',
        'download-and-update',
        'update-only',
      ]),
    )
    .option('--wake', 'send package 0 at once')
    .action(async (names: readonly string[], options: CreateOptions, command: Command) => {
      const { api, output } = contextOf(command);
      const { package: pkg, via, operation, wake } = options;
      const devices = names.flatMap((name) => gather(name, undefined));
      const answer = await api.post<ApiUpdatesCreated>('/updates', {
        json: { devices, package: pkg, via, operation, wake },
      });
      if (output.json) printJson(output, answer);
      else if (answer.created.length > 0) printTable(output, UPDATE_COLUMNS, answer.created, '');
      for (const { device, reason } of answer.notWoken) output.warn(`${device}: not woken: ${reason}\n`);
      if (answer.refused.length === 0) return;
      const reasons = answer.refused.map(({ device, reason }) => `${device}: ${reason}`);
      throw new CliError('api', `${reasons.length} of ${devices.length} refused`, reasons);
    });
}

function updateFacts(update: ApiUpdate): readonly (readonly [string, unknown])[] {
  return [
    ['update', update.id],
    ['device', update.device],
    ['state', update.state],
    ['reason', update.reason],
    ['result code', update.resultCode],
    ['package', update.package],
    ['from', update.fromVersion],
    ['to', update.toVersion],
    ['via', update.via],
    ['operation', update.operation],
    ['attempts', update.attempts],
    ['created', localTime(update.createdAt)],
    ['changed', localTime(update.updatedAt)],
  ];
}
