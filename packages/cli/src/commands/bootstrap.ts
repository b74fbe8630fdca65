import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cardFiles } from '@fumarole/dm/bootstrap';
import type { ApiBootstrap } from '@fumarole/server/api';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { apiCommand, contextOf, segment } from '../context.ts';
import { fileError } from '../file-error.ts';
import { printFacts, printJson } from '../output.ts';

interface BootstrapOptions {
  readonly document: 'cp' | 'dm';
  readonly security?: string;
  readonly pin?: string;
  readonly networkId?: string;
  readonly scheme?: string;
  readonly name?: string;
  readonly url?: string;
  readonly rotate?: boolean;
  readonly send?: boolean;
  readonly wake?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly init: boolean;
  readonly out?: string;
  readonly format: 'wbxml' | 'xml' | 'push';
  readonly card?: string;
}

/** `fumarole bootstrap DEVICE`: an account for a device, pushed to it or written to a file or card. */
export function registerBootstrap(program: Command): void {
  apiCommand(
    program,
    'bootstrap <device>',
    'make the account of a device, and the document that brings it there',
  )
    .addOption(
      new Option('--document <profile>', 'client provisioning (w7) or DM profile')
        .choices(['cp', 'dm'])
        .default('cp'),
    )
    .addOption(
      new Option('--security <method>', 'what proves it (default: userpin; for a card: none)').choices([
        'userpin',
        'netwpin',
        'usernetwpin',
        'userpinmac',
        'none',
      ]),
    )
    .option('--pin <digits>', 'PIN that the user will enter (default: made, shown once)')
    .option('--network-id <text>', 'IMSI or ESN that the network and the device share')
    .addOption(
      new Option('--scheme <scheme>', 'how both sides prove themselves').choices(['basic', 'md5', 'mac']),
    )
    .option('--name <text>', 'name of the account as its user sees it')
    .option('--url <url>', 'the DM endpoint (default: the public URL of the server)')
    .option('--no-init', 'the document does not ask for a session at once')
    .option('--rotate', 'also when the device uses credentials already: they end now')
    .option('--send', 'push it to the wake address of the device')
    .option('--wake <address>', 'wake address to set, e.g. udp:HOST:PORT')
    .option('--manufacturer <name>', 'maker of a device that is not known yet')
    .option('--model <name>', 'model of a device that is not known yet')
    .option('--out <file>', 'write the document to a file (`-`: standard output)')
    .addOption(
      new Option('--format <form>', 'of the file: the document, or the whole push with its MAC')
        .choices(['wbxml', 'xml', 'push'])
        .default('wbxml'),
    )
    .option('--card <folder>', 'write the files of a smartcard with it into a folder')
    .action(async (id: string, options: BootstrapOptions, command: Command) => {
      const { api, output } = contextOf(command);
      const { out, format, card, security } = options;
      const chosen = security ?? (card !== undefined && options.send !== true ? 'none' : undefined);
      if (out === undefined && card === undefined && options.send !== true && !output.json) {
        throw new CliError(
          'usage',
          'say where the document shall go: --send, --out FILE, --card FOLDER or --json',
        );
      }
      const json = requestOf(options, chosen);
      const made = await api.post<ApiBootstrap>(`/devices/${segment(id)}/bootstrap`, { json });
      // The secrets exist only in this answer: it is told before a file can fail.
      if (output.json) printJson(output, made);
      else if (out === '-') tell(made, (text) => output.warn(text));
      else tell(made, (text) => output.write(text));
      if (out !== undefined) await write(out, documentAs(made, format));
      if (card !== undefined) await writeCard(card, options.document, made);
    });
}

/** Of the options those that are the server's business. */
function requestOf(options: BootstrapOptions, security: string | undefined): object {
  const { document, pin, networkId, scheme, name, url, init, rotate, send, wake, manufacturer, model } =
    options;
  return {
    ...{ document, security, pin, networkId, scheme, name, url },
    ...{ init, rotate, send, wake, manufacturer, model },
  };
}

function tell(made: ApiBootstrap, write: (text: string) => void): void {
  const output = { json: false, columns: undefined, write, warn: write };
  printFacts(output, [
    ['device', made.id],
    ['server id', made.credentials.serverId],
    ['document', made.contentType.split(';')[0]],
    ['security', /SEC=(\w+)/.exec(made.contentType)?.[1]],
    ['PIN for the user', made.pin],
    ['sent', made.sent ? 'yes' : made.notSent],
  ]);
  if (made.pin !== undefined)
    write('\nThe PIN is shown once. Give it to the user by another way than the document.\n');
}

function documentAs({ document, push, xml }: ApiBootstrap, format: BootstrapOptions['format']): Uint8Array {
  if (format === 'xml') return Buffer.from(xml, 'utf8');
  return Buffer.from(format === 'push' ? push : document, 'base64');
}

async function writeCard(folder: string, profile: 'cp' | 'dm', { document }: ApiBootstrap): Promise<void> {
  for (const { path, octets } of cardFiles([{ profile, document: Buffer.from(document, 'base64') }])) {
    await write(join(folder, ...path), octets);
  }
}

async function write(path: string, octets: Uint8Array): Promise<void> {
  if (path === '-') {
    process.stdout.write(octets);
    return;
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    // It holds secrets.
    await writeFile(path, octets, { mode: 0o600 });
  } catch (cause) {
    throw fileError(path, cause);
  }
}
