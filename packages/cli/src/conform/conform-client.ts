import { readFile } from 'node:fs/promises';
import type { CheckResult, ClientTarget, Scheme, TestPackage } from '@fumarole/conform';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { gather, outputOf, wholeNumber } from '../context.ts';
import { fileError } from '../file-error.ts';
import { readAccounts, SCHEMES } from './account.ts';
import { type CommonOptions, commonOptions } from './conform-options.ts';
import { finish, listed, teller } from './finish.ts';
import { runShell } from './run-shell.ts';

interface ClientOptions extends CommonOptions {
  readonly listen: string;
  readonly publicUrl?: string;
  readonly scheme?: Scheme;
  readonly root?: string;
  readonly scratch?: string;
  readonly package?: readonly string[];
  readonly trigger?: string;
  readonly request?: string;
  readonly wait: number;
  readonly result: number;
  readonly quiet: number;
}

/** Nobody waits longer for a command that makes a device speak. */
const SHELL_MS = 120_000;

export function registerConformClient(conform: Command, version: string): void {
  commonOptions(withOptions(conform.command('client'))).action(
    async (options: ClientOptions, self: Command) => {
      const output = outputOf(self);
      const { conformClient, PeerUnreachable, CLIENT_CHECKS } = await import('@fumarole/conform');
      if (listed(CLIENT_CHECKS, options, output)) return;
      const target = await targetOf(options);
      const run = {
        ...options,
        told: teller(options, output),
        listening: (url: string) =>
          output.warn(
            `Listening at ${url}${options.trigger === undefined ? '; let the client connect, again and again' : ''}\n`,
          ),
      };
      const started = new Date();
      let subject = options.publicUrl ?? options.listen;
      const results: readonly CheckResult[] = await conformClient(target, {
        ...run,
        met: (device) => {
          subject = device;
        },
      }).catch((error: unknown) => {
        throw error instanceof PeerUnreachable ? new CliError('no-verdict', error.message, [], error) : error;
      });
      const report = {
        role: 'client' as const,
        subject,
        facts: [
          ['account', target.account.name],
          ['scheme', target.scheme],
          ['packages', String(target.packages.length)],
          [
            'time limit',
            `${target.timeoutMs / 1000} s for a message, ${target.sessionMs / 1000} s for a session`,
          ],
        ] as const,
        tool: `fumarole ${version}`,
        startedAt: started.toISOString(),
        durationMs: Date.now() - started.getTime(),
        results,
      };
      await finish(report, options, output);
    },
  );
}

function withOptions(command: Command): Command {
  return command
    .description('play a DM server by script against a client that connects')
    .option('--listen <[host:]port>', 'where the client finds us', '127.0.0.1:8085')
    .option('--public-url <url>', 'how the client reaches us, when not by that address')
    .addOption(
      new Option('--scheme <scheme>', 'how the client proves itself (md5, or as --account says)').choices(
        SCHEMES,
      ),
    )
    .option(
      '--trigger <command>',
      'shell command that makes the client open a session; without it the client is waited for',
    )
    .option('--request <command>', 'shell command that makes it open one in which it asks for an update')
    .option('--root <uri>', 'its firmware update object (default: looked for)')
    .option('--scratch <uri>', 'an interior node of it below which nodes may be added and deleted')
    .option('--package <file[=version]>', 'an update for it; each flow takes one, in this order', gather)
    .option('--wait <seconds>', 'longest wait for it to open a session', wholeNumber(1, 86_400), 60)
    .option(
      '--result <seconds>',
      'longest time of one of its operations, retries and all',
      wholeNumber(1, 86_400),
      900,
    )
    .option(
      '--quiet <milliseconds>',
      'silence after which it is taken to have nothing to say',
      wholeNumber(50, 600_000),
      1500,
    );
}

async function targetOf(options: ClientOptions): Promise<ClientTarget> {
  const { DEFAULT_TIMEOUT_MS } = await import('@fumarole/conform');
  const { client, server, scheme } = await readAccounts(options);
  const { trigger, request, publicUrl, root, scratch } = options;
  return {
    ...addressOf(options.listen),
    account: client,
    scheme: options.scheme ?? scheme ?? 'md5',
    packages: await Promise.all((options.package ?? []).map(readPackage)),
    timeoutMs: options.timeout === undefined ? DEFAULT_TIMEOUT_MS : options.timeout * 1000,
    sessionMs: options.wait * 1000,
    resultMs: options.result * 1000,
    quietMs: options.quiet,
    ...(server === undefined ? {} : { server }),
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrl.replace(/\/+$/, '') }),
    ...(root === undefined ? {} : { root }),
    ...(scratch === undefined ? {} : { scratch }),
    ...(trigger === undefined ? {} : { trigger: () => runShell(trigger, SHELL_MS) }),
    ...(request === undefined ? {} : { request: () => runShell(request, SHELL_MS) }),
  };
}

function addressOf(listen: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[?([^\]]+)\]?:)?(\d{1,5})$/.exec(listen);
  if (match === null || Number(match[2]) > 65_535)
    throw new CliError('usage', `--listen: ${listen} is not [host:]port`);
  return { host: match[1] ?? '127.0.0.1', port: Number(match[2]) };
}

async function readPackage(text: string): Promise<TestPackage> {
  const at = text.lastIndexOf('=');
  const [file, version] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  try {
    return { octets: await readFile(file), ...(version === undefined ? {} : { version }) };
  } catch (error) {
    throw fileError(file, error);
  }
}
