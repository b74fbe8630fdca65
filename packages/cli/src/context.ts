import { type Command, type CommandOptions, InvalidArgumentError, Option } from 'commander';
import { ApiClient } from './api-client.ts';
import { findClientConfig } from './client-config.ts';
import type { Output } from './output.ts';

/** What a command that talks to a server has at hand. */
export interface Context {
  readonly api: ApiClient;
  readonly output: Output;
}

interface GlobalOptions {
  readonly server?: string;
  readonly token?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** A subcommand that asks a running server: it takes `--server`, `--token`, `--data` and `--json`. */
export function apiCommand(
  parent: Command,
  nameAndArguments: string,
  description: string,
  options?: CommandOptions,
): Command {
  return jsonCommand(parent, nameAndArguments, description, options)
    .addOption(new Option('--server <url>', 'the server to ask (FUMAROLE_SERVER)').helpGroup('Connection:'))
    .addOption(new Option('--token <token>', 'its bearer token (FUMAROLE_TOKEN)').helpGroup('Connection:'))
    .addOption(
      new Option('--data <folder>', 'data folder of the local server (FUMAROLE_DATA)').helpGroup(
        'Connection:',
      ),
    );
}

/** A subcommand that takes `--json`. */
export function jsonCommand(
  parent: Command,
  nameAndArguments: string,
  description: string,
  options?: CommandOptions,
): Command {
  return parent.command(nameAndArguments, options).description(description).option('--json', 'print JSON');
}

/** The client and output that the options of this call ask for; throws CliError `no-server`. */
export function contextOf(command: Command): Context {
  const options: GlobalOptions = command.optsWithGlobals();
  const config = findClientConfig({ ...options, environment: process.env, directory: process.cwd() });
  return { api: new ApiClient(config), output: outputOf(command) };
}

/** Standard output as the options of this call ask for it. */
export function outputOf(command: Command): Output {
  const options: GlobalOptions = command.optsWithGlobals();
  return {
    json: options.json === true,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    write: (text) => process.stdout.write(text),
    warn: (text) => process.stderr.write(text),
  };
}

/** Option parser: a whole number from `low` to `high`. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`a whole number from ${low} to ${high} is expected.`);
  };
}

/** Path segment of an identifier. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}

/** Option parser that gathers repeated values and comma-separated lists. */
export function gather(text: string, before: readonly string[] | undefined): readonly string[] {
  return [
    ...(before ?? []),
    ...text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ];
}
