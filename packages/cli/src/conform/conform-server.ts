import { readFile } from 'node:fs/promises';
import type { CheckResult, ServerTarget } from '@fumarole/conform';
import type { Encoding } from '@fumarole/syncml';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { outputOf } from '../context.ts';
import { readAccounts } from './account.ts';
import { type CommonOptions, commonOptions, encodings } from './conform-options.ts';
import { finish, listed, teller } from './finish.ts';
import { runShell } from './run-shell.ts';

interface ServerOptions extends CommonOptions {
  readonly device?: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly encoding?: readonly Encoding[];
  readonly provoke?: string;
  readonly ca?: string;
}

export function registerConformServer(conform: Command, version: string): void {
  const command = conform
    .command('server [url]')
    .description('play a device by script against a DM server')
    .option('--device <id>', 'the device to play: one that the server knows, and that has no update to do')
    .option('--manufacturer <name>', 'its DevInfo/Man', 'Conform')
    .option('--model <name>', 'its DevInfo/Mod', 'C1')
    .option('--encoding <encodings>', 'xml, wbxml (default: both)', encodings)
    .option('--provoke <command>', 'shell command that makes the server have a value to ask of the device')
    .option('--ca <file>', 'authorities to trust (PEM)');
  commonOptions(command).action(async (url: string | undefined, options: ServerOptions, self: Command) => {
    const output = outputOf(self);
    const { conformServer, PeerUnreachable, SERVER_CHECKS, DEFAULT_TIMEOUT_MS } = await import(
      '@fumarole/conform'
    );
    if (listed(SERVER_CHECKS, options, output)) return;
    const { device } = options;
    if (url === undefined || device === undefined) throw new CliError('usage', 'Give the URL and --device.');
    const { client, server } = await readAccounts(options);
    const timeoutMs = options.timeout === undefined ? DEFAULT_TIMEOUT_MS : options.timeout * 1000;
    const { provoke } = options;
    const target: ServerTarget = {
      url,
      device,
      account: client,
      devInfo: { DevId: device, Man: options.manufacturer, Mod: options.model, DmV: '1.2', Lang: 'en' },
      timeoutMs,
      ...(server === undefined ? {} : { server }),
      ...(options.ca === undefined ? {} : { ca: await readFile(options.ca, 'utf8') }),
      ...(provoke === undefined ? {} : { provoke: () => runShell(provoke, timeoutMs) }),
    };
    const run = {
      ...options,
      encodings: options.encoding ?? (['xml', 'wbxml'] as const),
      told: teller(options, output),
    };
    const started = new Date();
    const results: readonly CheckResult[] = await conformServer(target, run).catch((error: unknown) => {
      throw error instanceof PeerUnreachable ? new CliError('no-verdict', error.message, [], error) : error;
    });
    const facts = [
      ['device', device],
      ['account', client.name],
      ['encodings', run.encodings.join(', ')],
      ['time limit', `${timeoutMs / 1000} s for an answer`],
    ] as const;
    const report = {
      role: 'server' as const,
      subject: url,
      facts,
      tool: `fumarole ${version}`,
      startedAt: started.toISOString(),
      durationMs: Date.now() - started.getTime(),
      results,
    };
    await finish(report, options, output);
  });
}
