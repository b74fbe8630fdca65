import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type AccountOptions,
  askDevice,
  createDevice,
  DeviceError,
  type DeviceEvent,
  DeviceHost,
  type DeviceOptions,
  type DeviceStatus,
  type SessionReport,
} from '@fumarole/device';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from './cli-error.ts';
import { gather, jsonCommand, outputOf, wholeNumber } from './context.ts';
import { colorsOf, type Output, printFacts, printJson, printTable, sizeText } from './output.ts';
import { stopSignal } from './stop-signal.ts';

/** `fumarole device create|run|status|request-update|poke`: devices in directories of this machine. */
export function registerDeviceCommands(program: Command): void {
  const device = program
    .command('device')
    .description('Devices on this machine: create, run and steer them')
    .addHelpText(
      'after',
      `
A device is a directory: its configuration, two firmware slots, its journal and its management tree.

  fumarole device create ./hub --device hub-1 --manufacturer Acme --model M1 --hardware 1 \\
      --image hub-1.0.bin --firmware-version 1.0 --release 1 --publisher KEY \\
      --account account.json --url http://127.0.0.1:8080/dm
  fumarole device run ./hub
  fumarole device request-update ./hub`,
    );
  registerCreate(device);
  registerRun(device);
  registerStatus(device);
  registerSteering(device);
}

interface CreateOptions {
  readonly device: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly hardware: string;
  readonly image: string;
  readonly firmwareVersion: string;
  readonly release: number;
  readonly publisher: readonly string[];
  readonly account?: string;
  readonly url?: string;
  readonly heldPackage?: string;
  readonly encoding: 'wbxml' | 'xml';
  readonly poll?: number;
  readonly wakePort?: number;
  readonly simulate?: string;
  readonly config?: string;
}

function registerCreate(device: Command): void {
  jsonCommand(device, 'create <dir>', 'make a new device in a directory, as it leaves the factory')
    .requiredOption('--device <id>', 'its DevId, e.g. IMEI:490154203237518 or urn:uuid:…')
    .requiredOption('--manufacturer <name>', 'DevInfo/Man')
    .requiredOption('--model <name>', 'DevInfo/Mod')
    .option('--hardware <version>', 'DevDetail/HwV', '1')
    .requiredOption('--image <file>', 'the firmware image it runs')
    .requiredOption('--firmware-version <text>', 'DevDetail/FwV of that image')
    .option('--release <number>', 'release number of that image', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .requiredOption(
      '--publisher <key>',
      'Ed25519 public key it trusts, 64 hex digits or base64; repeatable',
      gather,
    )
    .option(
      '--account <file>',
      'JSON of its DM account, as `fumarole devices add --json` printed it (`-`: standard input)',
    )
    .option('--url <url>', 'the DM endpoint, e.g. https://dm.example.com/dm')
    .option('--held-package <file>', 'a package that is on the device already')
    .addOption(
      new Option('--encoding <form>', 'how it writes messages').choices(['wbxml', 'xml']).default('wbxml'),
    )
    .option('--poll <seconds>', 'ask the server every so often', wholeNumber(1, 31_536_000))
    .option(
      '--wake-port <port>',
      'UDP port for package 0 (standard: 2948; 0: any free one)',
      wholeNumber(0, 65_535),
    )
    .option('--simulate <json>', 'what the device does wrong, e.g. {"failBoot":true}')
    .option('--config <file>', 'JSON with any other options of the device')
    .action(async (dir: string, options: CreateOptions, command: Command) => {
      const made = await deviceOptions(options);
      await telling(() => createDevice(resolve(dir), made));
      const output = outputOf(command);
      if (output.json) printJson(output, { dir: resolve(dir), device: options.device });
      else output.write(`Device ${options.device} is in ${dir}. Start it with: fumarole device run ${dir}\n`);
    });
}

async function deviceOptions(options: CreateOptions): Promise<DeviceOptions> {
  const more = options.config === undefined ? {} : record(await jsonFile(options.config), options.config);
  const account =
    options.account === undefined ? undefined : accountOf(await jsonFile(options.account), options.url);
  const simulate =
    options.simulate === undefined
      ? {}
      : { simulate: record(parsed(options.simulate, '--simulate'), '--simulate') };
  const schedule = {
    ...(options.poll === undefined ? {} : { pollMs: options.poll * 1000 }),
    ...(options.wakePort === undefined ? {} : { wakePort: options.wakePort }),
  };
  return {
    accounts: account === undefined ? [] : [account],
    encoding: options.encoding,
    schedule,
    ...more,
    ...simulate,
    identity: {
      devId: options.device,
      man: options.manufacturer,
      mod: options.model,
      hwV: options.hardware,
      ...('identity' in more ? record(more.identity, 'identity') : {}),
    },
    firmware: {
      image: options.image,
      version: options.firmwareVersion,
      release: options.release,
      ...(options.heldPackage === undefined ? {} : { heldPackage: options.heldPackage }),
    },
    trust: { publishers: options.publisher.map(keyHex) },
  };
}

/** What the server printed holds the credentials below `credentials`; the account itself is taken too. */
function accountOf(value: unknown, at: string | undefined): AccountOptions {
  const outer = record(value, '--account');
  const account = 'credentials' in outer ? record(outer.credentials, 'credentials') : outer;
  const url = at ?? account.url ?? outer.url;
  // createDevice looks at every field of an account.
  return {
    ...account,
    url,
    allowHttp: account.allowHttp ?? String(url).startsWith('http:'),
  } as unknown as AccountOptions;
}

function keyHex(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  const octets = Buffer.from(text, 'base64');
  if (octets.length !== 32)
    throw new CliError('usage', `--publisher ${text}: 32 octets in hex or base64 are expected`);
  return octets.toString('hex');
}

function registerRun(device: Command): void {
  jsonCommand(device, 'run <dir...>', 'run one or more devices until they are stopped (Ctrl-C)')
    .option('--until-idle', 'exit once nothing is pending any more')
    .action(async (dirs: readonly string[], options: { readonly untilIdle?: boolean }, command: Command) => {
      const output = outputOf(command);
      const host = new DeviceHost();
      const quarters = new Map<string, number>();
      host.onEvent((dir, event) => {
        if (isNews(quarters, dir, event)) printEvent(output, dir, event);
      });
      const devices = await telling(() => Promise.all(dirs.map((dir) => host.start(resolve(dir)))));
      if (options.untilIdle === true) {
        await Promise.all(devices.map((one) => one.whenIdle(2 ** 31 - 1)));
      } else {
        await stopSignal();
      }
      await host.stop();
    });
}

/** Progress is told at each quarter; nobody reads a line for each block. */
function isNews(quarters: Map<string, number>, dir: string, event: DeviceEvent): boolean {
  if (event.kind !== 'progress') return true;
  const quarter = event.total === undefined ? -1 : Math.floor((4 * event.bytes) / Math.max(1, event.total));
  const key = `${dir} ${event.root} ${event.step}`;
  if (quarters.get(key) === quarter) return false;
  quarters.set(key, quarter);
  return true;
}

function printEvent(output: Output, dir: string, event: DeviceEvent): void {
  if (output.json) {
    output.write(`${JSON.stringify({ dir, ...event })}\n`);
    return;
  }
  const colors = colorsOf(output);
  const time = new Date(event.at).toISOString().slice(11, 23);
  const text = eventText(event);
  output.write(
    `${colors.dim(time)} ${dir.split(/[\\/]/).at(-1)}  ${event.kind === 'error' ? colors.red(text) : text}\n`,
  );
}

function eventText(event: DeviceEvent): string {
  switch (event.kind) {
    case 'started':
      return `runs ${event.fwV} from slot ${event.slot}`;
    case 'state':
      return `${event.root} State ${event.state} ${event.name}`;
    case 'progress':
      return `${event.step} ${sizeText(event.bytes)}${event.total === undefined ? '' : ` of ${sizeText(event.total)}`}`;
    case 'session':
      return `session ${event.sessionID} with ${event.serverId} ${event.phase}${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'alert':
      return `result ${event.code} of ${event.type.split('.').at(-1)} ${event.phase}`;
    case 'boot':
      return `slot ${event.slot} ${event.outcome}`;
    case 'wake':
      return `package 0 ${event.accepted ? 'accepted' : 'dropped'}: ${event.reason}`;
    case 'power-cut':
      return `power cut at ${event.phase} (simulated)`;
    case 'step':
    case 'error':
      return event.text;
    case 'stopped':
      return 'stopped';
  }
}

function registerStatus(device: Command): void {
  jsonCommand(device, 'status <dir>', 'what a running device is and does').action(
    async (dir: string, _options: unknown, command: Command) => {
      const output = outputOf(command);
      // The other end is this program.
      const status = (await telling(() => askDevice(resolve(dir), { command: 'status' }))) as DeviceStatus;
      if (output.json) printJson(output, status);
      else printStatus(output, status);
    },
  );
}

function printStatus(output: Output, status: DeviceStatus): void {
  printFacts(output, [
    ['device', status.devId],
    ['model', `${status.man} ${status.mod}`],
    ['firmware', `${status.fwV} (release ${status.release}, slot ${status.slot})`],
    ['image', status.imageSha256],
    ['results owed', status.alertsOwed === 0 ? undefined : status.alertsOwed],
    ['wake port', status.wakePort],
    [
      'last session',
      status.lastSession && `${new Date(status.lastSession.at).toISOString()} ${status.lastSession.outcome}`,
    ],
  ]);
  printTable(
    output,
    [
      { head: 'root', cell: ({ uri }) => uri },
      { head: 'State', cell: ({ state, stateName }) => `${state} ${stateName}` },
      { head: 'operation', cell: ({ operation }) => operation },
      { head: 'package', cell: ({ received }) => sizeText(received), right: true },
      { head: 'last result', cell: ({ lastResult }) => lastResult, right: true },
    ],
    status.roots,
    'no firmware update object',
  );
}

interface SteeringOptions {
  readonly root?: string;
  readonly serverId?: string;
  readonly byDevice?: boolean;
}

function registerSteering(device: Command): void {
  jsonCommand(
    device,
    'request-update <dir>',
    'ask the server for an update, as its user (or the device itself) would',
  )
    .option('--by-device', 'send a devicerequest instead of a userrequest')
    .option('--root <uri>', 'the firmware update object that is meant; default: all firmware')
    .option('--server-id <id>', 'the account to ask; default: the first')
    .action(async (dir: string, options: SteeringOptions, command: Command) => {
      const { byDevice, ...rest } = options;
      const by = byDevice === true ? 'device' : 'user';
      printReport(outputOf(command), await session(dir, { command: 'request-update', by, ...rest }));
    });
  jsonCommand(device, 'poke <dir>', 'open a session with the server now')
    .option('--server-id <id>', 'the account to use; default: the first')
    .action(async (dir: string, options: SteeringOptions, command: Command) => {
      printReport(outputOf(command), await session(dir, { command: 'poke', ...options }));
    });
}

async function session(dir: string, request: Readonly<Record<string, unknown>>): Promise<SessionReport> {
  // The other end is this program.
  return (await telling(() => askDevice(resolve(dir), request))) as SessionReport;
}

function printReport(output: Output, report: SessionReport): void {
  if (output.json) {
    printJson(output, report);
  } else if (report.outcome === 'failed') {
    output.warn(`Session ${report.sessionID} failed: ${report.reason ?? 'no reason'}\n`);
  } else {
    output.write(
      `Session ${report.sessionID} ended after ${report.messages} messages.${requestText(report.requestStatus)}\n`,
    );
  }
  if (report.outcome === 'failed') process.exitCode = 1;
}

function requestText(status: number | undefined): string {
  switch (status) {
    case undefined:
      return '';
    case 200:
      return ' The server has an update and started it.';
    case 202:
      return ' The server has nothing now, or will come back later.';
    default:
      return ` The request was answered ${status}.`;
  }
}

/** What the device refuses is told in one line. */
async function telling<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DeviceError) throw new CliError('device', error.message, [], error);
    throw error;
  }
}

async function jsonFile(path: string): Promise<unknown> {
  try {
    const text =
      path === '-'
        ? Buffer.concat(await process.stdin.toArray()).toString('utf8')
        : await readFile(path, 'utf8');
    return parsed(text, path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError('file', `${path} cannot be read: ${reason}`, [], error);
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`${name} is no JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CliError('usage', `${name}: a JSON object is expected`);
  }
  return { ...value };
}
