import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { jsonCommand, outputOf } from './context.ts';
import { ask, withRuntime } from './device-calls.ts';
import { printJson } from './output.ts';

/** `fumarole device bootstrap`: an account for a device from a file, whether it runs or not. */
export function registerBootstrapFile(device: Command): void {
  jsonCommand(
    device,
    'bootstrap <dir> <file>',
    'give a device an account from a bootstrap document (`-`: standard input)',
  )
    .option('--pin <digits>', 'the PIN, where the document asks for one')
    .option('--ask', 'ask here for the PIN, as the user of the device (only while it does not run)')
    .action(async (dir: string, file: string, options: { pin?: string; ask?: boolean }, command: Command) => {
      const output = outputOf(command);
      const document = await readDocument(file);
      const servers = await withRuntime(async ({ bootstrapDevice, isRunning, terminalPrompter }) => {
        const { pin } = options;
        if (await isRunning(resolve(dir))) {
          const octets = Buffer.from(document).toString('base64');
          const answer = await ask(dir, {
            command: 'bootstrap',
            document: octets,
            ...(pin === undefined ? {} : { pin }),
          });
          // The other end is this program.
          return (answer as { readonly servers: readonly string[] }).servers;
        }
        const prompter = terminalPrompter({ input: process.stdin, output: process.stderr });
        return bootstrapDevice(resolve(dir), document, {
          ...(pin === undefined ? {} : { pin }),
          ...(options.ask === true ? { prompter } : {}),
        });
      });
      if (output.json) printJson(output, { dir: resolve(dir), servers });
      else output.write(`The device has an account of ${servers.join(', ')}.\n`);
    });
}

/** A document as octets. @throws CliError */
export async function readDocument(path: string): Promise<Uint8Array> {
  if (path === '-') return Buffer.concat(await process.stdin.toArray());
  return readFile(path).catch((cause: Error) => {
    throw new CliError('file', `${path}: ${cause.message}`, [], cause);
  });
}
