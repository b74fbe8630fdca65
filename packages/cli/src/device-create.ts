import { resolve } from 'node:path';
import type { AccountOptions, DeviceOptions } from '@fumarole/device';
import { type Command, Option } from 'commander';
import { gather, jsonCommand, outputOf, wholeNumber } from './context.ts';
import { readDocument } from './device-bootstrap.ts';
import { withRuntime } from './device-calls.ts';
import { jsonFile, parsed, record } from './json-file.ts';
import { readPublicKey } from './key-files.ts';
import { printJson } from './output.ts';

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
  readonly bootstrap?: string;
  readonly pin?: string;
  readonly encoding: 'wbxml' | 'xml';
  readonly poll?: number;
  readonly wakePort?: number;
  readonly httpPushPort?: number;
  readonly simulate?: string;
  readonly config?: string;
}

export function registerCreate(device: Command): void {
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
      'publisher it trusts: the public key file (PEM), or the key in base64 or hex; repeatable',
      gather,
    )
    .option(
      '--account <file>',
      'JSON of its DM account, as `fumarole devices add --json` printed it (`-`: standard input)',
    )
    .option('--url <url>', 'the DM endpoint, e.g. https://dm.example.com/dm')
    .option('--bootstrap <file>', 'a bootstrap document with its DM account, instead of --account')
    .option('--pin <digits>', 'PIN of that document, where it asks for one')
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
    .option(
      '--http-push-port <port>',
      'TCP port for pushes over HTTP (0: any free one)',
      wholeNumber(0, 65_535),
    )
    .option('--simulate <json>', 'what the device does wrong, e.g. {"failBoot":true}')
    .option('--config <file>', 'JSON with any other options of the device')
    .action(async (dir: string, options: CreateOptions, command: Command) => {
      const document = options.bootstrap === undefined ? undefined : await readDocument(options.bootstrap);
      const made = await withRuntime(async ({ createDevice, bootstrapDevice, readAccount }) => {
        const wanted = await deviceOptions(options, readAccount);
        await createDevice(resolve(dir), wanted);
        const pin = options.pin === undefined ? {} : { pin: options.pin };
        if (document === undefined) return wanted;
        await bootstrapDevice(resolve(dir), document, pin).catch((error: unknown) => {
          const remedy = `Give it one: fumarole device bootstrap ${dir} FILE`;
          outputOf(command).warn(`Device ${options.device} is in ${dir}, without an account. ${remedy}\n`);
          throw error;
        });
        return wanted;
      });
      const output = outputOf(command);
      if (output.json) printJson(output, { dir: resolve(dir), device: options.device });
      else
        output.write(
          `Device ${options.device} is in ${dir}.${hint(made, document)} Start it with: fumarole device run ${dir}\n`,
        );
    });
}

function hint({ accounts, smartcard }: DeviceOptions, document: Uint8Array | undefined): string {
  const waits = accounts.length === 0 && document === undefined && smartcard === undefined;
  return waits ? ' It has no account yet: it waits for a bootstrap.' : '';
}

type ReadAccount = (value: unknown, field: string) => AccountOptions;

async function deviceOptions(options: CreateOptions, readAccount: ReadAccount): Promise<DeviceOptions> {
  const more = options.config === undefined ? {} : record(await jsonFile(options.config), options.config);
  const account =
    options.account === undefined
      ? undefined
      : readAccount(accountIn(await jsonFile(options.account), options.url), '--account');
  const simulate =
    options.simulate === undefined
      ? {}
      : { simulate: record(parsed(options.simulate, '--simulate'), '--simulate') };
  const schedule = {
    ...(options.poll === undefined ? {} : { pollMs: options.poll * 1000 }),
    ...(options.wakePort === undefined ? {} : { wakePort: options.wakePort }),
    ...(options.httpPushPort === undefined ? {} : { httpPushPort: options.httpPushPort }),
  };
  return {
    accounts: account === undefined ? [] : [account],
    encoding: options.encoding,
    ...more,
    ...simulate,
    schedule: { ...member(more, 'schedule'), ...schedule },
    identity: {
      devId: options.device,
      man: options.manufacturer,
      mod: options.model,
      hwV: options.hardware,
      ...member(more, 'identity'),
    },
    firmware: {
      ...member(more, 'firmware'),
      image: options.image,
      version: options.firmwareVersion,
      release: options.release,
      ...(options.heldPackage === undefined ? {} : { heldPackage: options.heldPackage }),
    },
    trust: { publishers: await Promise.all(options.publisher.map(keyHex)) },
  };
}

/** What the server printed holds the credentials below `credentials`; the account itself is taken too. */
function accountIn(value: unknown, at: string | undefined): object {
  const outer = record(value, '--account');
  const account = 'credentials' in outer ? record(outer.credentials, 'credentials') : outer;
  const url = at ?? account.url ?? outer.url;
  return { ...account, url, allowHttp: account.allowHttp ?? String(url).startsWith('http:') };
}

function member(more: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  return name in more ? record(more[name], name) : {};
}

async function keyHex(text: string): Promise<string> {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  const octets = /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : await readPublicKey(text);
  return Buffer.from(octets).toString('hex');
}
