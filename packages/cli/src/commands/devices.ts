import { readFile } from 'node:fs/promises';
import type {
  ApiCredentials,
  ApiDevice,
  ApiDeviceDetail,
  ApiImport,
  ApiProvisioned,
} from '@fumarole/server/api';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { apiCommand, type Context, contextOf, gather, segment, wholeNumber } from '../context.ts';
import { type Column, localTime, printFacts, printJson, printTable } from '../output.ts';
import { UPDATE_COLUMNS } from './updates.ts';

const OFFERS = ['automatic', 'on-request', 'manual'];
const UI_MODES = ['none', 'background', 'informative', 'interactive'];
const WAKE_HELP =
  'where package 0 reaches it: udp:HOST:PORT, tel:+NUMBER, pap:WAPPUSH=…/TYPE=…@GATEWAY, or the URL of a listener';
const SCHEMES = ['none', 'basic', 'md5', 'mac', 'transport'];

const DEVICE_COLUMNS: readonly Column<ApiDevice>[] = [
  { head: 'DEVICE', cell: ({ id }) => id },
  { head: 'MAKER', cell: ({ manufacturer }) => manufacturer },
  { head: 'MODEL', cell: ({ model }) => model },
  { head: 'FIRMWARE', cell: ({ firmware }) => firmware },
  { head: 'UPDATE', cell: stateText },
  { head: 'OFFER', cell: ({ policy }) => policy.offer },
  { head: 'LAST SEEN', cell: ({ lastSeen }) => localTime(lastSeen) },
];

/** `fumarole devices …`: who is in the fleet, admission and release. */
export function registerDevices(program: Command): void {
  const devices = program.command('devices').description('devices of the fleet');
  registerReading(devices);
  registerAdmission(devices);
  registerCare(devices);
}

function registerReading(devices: Command): void {
  apiCommand(devices, 'list', 'list devices')
    .option('--manufacturer <name>', 'only of this maker')
    .option('--model <name>', 'only of this model')
    .option('--state <state>', 'only with an update in this state')
    .option('--quarantined', 'only those in quarantine')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 1_000_000))
    .action(async (options: Record<string, string | number | boolean | undefined>, command: Command) => {
      const { api, output } = contextOf(command);
      const { manufacturer, model, state, quarantined } = options;
      const limit = typeof options.limit === 'number' ? options.limit : undefined;
      const found = await api.list<ApiDevice>('/devices', { manufacturer, model, state, quarantined }, limit);
      if (output.json) printJson(output, found);
      else printTable(output, DEVICE_COLUMNS, found, 'No devices yet.');
    });
  apiCommand(devices, 'show <device>', 'everything known of one device').action(
    async (id: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const device = await api.get<ApiDeviceDetail>(`/devices/${segment(id)}`);
      if (output.json) printJson(output, device);
      else showDevice({ api, output }, device);
    },
  );
}

function registerAdmission(devices: Command): void {
  apiCommand(devices, 'add <device>', 'admit one device and make its credentials')
    .addOption(new Option('--scheme <scheme>', 'how the device proves itself').choices(SCHEMES))
    .option('--name <name>', 'user name of the device (default: its id)')
    .option('--secret <secret>', 'its secret (default: made, shown once)')
    .addOption(new Option('--server-scheme <scheme>', 'how the server proves itself').choices(SCHEMES))
    .option('--server-name <name>', 'user name of the server')
    .option('--server-secret <secret>', 'its secret (default: made, shown once)')
    .option('--manufacturer <name>', 'expected maker')
    .option('--model <name>', 'expected model')
    .option('--wake <address>', WAKE_HELP)
    .option('--profile <name>', 'device profile')
    .addOption(new Option('--offer <policy>', 'when packages are offered').choices(OFFERS))
    .action(async (id: string, options: Record<string, string | undefined>, command: Command) => {
      const { api, output } = contextOf(command);
      const made = await api.post<ApiProvisioned>('/devices', { json: { id, ...provisioning(options) } });
      if (output.json) printJson(output, made);
      else showCredentials({ api, output }, made);
    });
  apiCommand(
    devices,
    'import <csv>',
    'admit the devices of a CSV file (columns: id, and those of `devices add`)',
  ).action(async (file: string, _options: unknown, command: Command) => {
    const { api, output } = contextOf(command);
    const data = await readFile(file, 'utf8').catch((cause: Error) => {
      throw new CliError('file', `${file}: ${cause.message}`, [], cause);
    });
    const done = await api.post<ApiImport>('/devices/import', {
      body: { type: 'text/csv', data },
      timeoutMs: 600_000,
    });
    if (output.json) printJson(output, done);
    else showImport({ api, output }, done);
    if (done.refused.length > 0) process.exitCode = 1;
  });
}

function registerCare(devices: Command): void {
  apiCommand(devices, 'set <device>', 'change the policy of a device')
    .addOption(new Option('--offer <policy>', 'when packages are offered').choices(OFFERS))
    .addOption(
      new Option('--via <mechanism>', 'how packages travel').choices([
        'auto',
        'pkgdata',
        'url',
        'descriptor',
      ]),
    )
    .option('--profile <name>', 'device profile; empty: recognised by the server')
    .option(
      '--plain-schemes <schemes>',
      'taken from this device without TLS besides mac (md5, basic); none: the rule of the server',
    )
    .option('--wake <address>', WAKE_HELP)
    .action(async (id: string, options: Record<string, string | undefined>, command: Command) => {
      const { offer, via, profile, wake } = options;
      const { api, output } = contextOf(command);
      const device = await api.patch<ApiDeviceDetail>(`/devices/${segment(id)}`, {
        offer,
        via,
        profile,
        plainSchemes: plainSchemes(options.plainSchemes),
        wake,
      });
      if (output.json) printJson(output, device);
      else showDevice({ api, output }, device);
    });
  apiCommand(devices, 'rotate <device>', 'make new credentials; shown once').action(
    async (id: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const made = await api.post<ApiProvisioned>(`/devices/${segment(id)}/credentials`, { json: {} });
      if (output.json) printJson(output, made);
      else showCredentials({ api, output }, made);
    },
  );
  apiCommand(devices, 'wake <device>', 'send package 0: the device contacts the server now')
    .addOption(new Option('--ui-mode <mode>', 'how it shall treat its user').choices(UI_MODES))
    .addOption(new Option('--initiator <who>', 'who caused it').choices(['server', 'client']))
    .action(async (id: string, order: Record<string, string | undefined>, command: Command) => {
      const { uiMode, initiator } = order;
      await doDeed(command, id, 'wake', 'woken', { uiMode, initiator });
    });
  registerDeed(devices, 'release <device>', 'end the quarantine of a device', 'release', 'released');
  apiCommand(devices, 'remove <device>', 'forget a device and its credentials').action(
    async (id: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      await api.delete(`/devices/${segment(id)}`);
      if (output.json) printJson(output, { id, removed: true });
      else output.write(`${id} removed\n`);
    },
  );
}

function registerDeed(devices: Command, spec: string, description: string, path: string, done: string): void {
  apiCommand(devices, spec, description).action((id: string, _options: unknown, command: Command) =>
    doDeed(command, id, path, done, {}),
  );
}

async function doDeed(command: Command, id: string, path: string, done: string, json: object): Promise<void> {
  const { api, output } = contextOf(command);
  const answer = await api.post(`/devices/${segment(id)}/${path}`, { json });
  if (output.json) printJson(output, answer);
  else output.write(`${id} ${done}\n`);
}

function provisioning(
  options: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const { manufacturer, model, wake, profile, offer } = options;
  return {
    clientScheme: options.scheme,
    clientName: options.name,
    clientSecret: options.secret,
    serverScheme: options.serverScheme,
    serverName: options.serverName,
    serverSecret: options.serverSecret,
    ...{ manufacturer, model, wake, profile, offer },
  };
}

function stateText(device: ApiDevice): string | undefined {
  if (device.quarantined) return 'quarantined';
  const { update } = device;
  if (update === undefined) return undefined;
  return update.toVersion === undefined ? update.state : `${update.state} (${update.toVersion})`;
}

function showDevice({ output }: Context, device: ApiDeviceDetail): void {
  printFacts(output, [
    ['device', device.id],
    ['maker', device.manufacturer],
    ['model', device.model],
    ['hardware', device.hardware],
    ['firmware', device.firmware],
    ['quarantine', device.quarantined ? (device.quarantineReason ?? 'yes') : undefined],
    ['offer', device.policy.offer],
    ['via', device.policy.via],
    ['profile', device.policy.profile],
    ['without TLS', device.policy.plainSchemes?.join(', ')],
    ['last seen', localTime(device.lastSeen)],
    ['due', localTime(device.nextDue)],
    ['known nodes', device.nodes],
  ]);
  if (device.updates.length === 0) return;
  output.write('\n');
  printTable(output, UPDATE_COLUMNS, device.updates, '');
}

function showCredentials({ output }: Context, { id, credentials }: ApiProvisioned): void {
  printFacts(output, [['device', id], ...credentialFacts(credentials)]);
  output.warn('\nThese secrets are shown once.\n');
}

function credentialFacts({
  serverId,
  client,
  server,
}: ApiCredentials): readonly (readonly [string, unknown])[] {
  return [
    ['server id', serverId],
    ['device proves itself by', client.scheme],
    ['device name', client.name],
    ['device secret', client.secret],
    ['server proves itself by', server?.scheme],
    ['server name', server?.name],
    ['server secret', server?.secret],
  ];
}

function showImport({ output }: Context, { added, refused }: ApiImport): void {
  const columns: readonly Column<ApiProvisioned>[] = [
    { head: 'DEVICE', cell: ({ id }) => id },
    { head: 'NAME', cell: ({ credentials }) => credentials.client.name },
    { head: 'SECRET', cell: ({ credentials }) => credentials.client.secret },
    { head: 'SERVER SECRET', cell: ({ credentials }) => credentials.server?.secret },
  ];
  printTable(output, columns, added, 'No device added.');
  for (const { line, id, reason } of refused)
    output.warn(`line ${line}${id === undefined ? '' : ` (${id})`}: ${reason}\n`);
}

function plainSchemes(text: string | undefined): readonly string[] | undefined {
  return text === 'none' ? [] : text === undefined ? undefined : gather(text, undefined);
}
