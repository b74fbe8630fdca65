import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ApiPublisherKey } from '@fumarole/server/api';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { DEFAULT_DATA } from '../client-config.ts';
import { apiCommand, contextOf, segment } from '../context.ts';
import { base64, readPublicKey } from '../key-files.ts';
import { type Column, localTime, printJson, printTable } from '../output.ts';

const KEY_COLUMNS: readonly Column<ApiPublisherKey>[] = [
  { head: 'KEY', cell: ({ id }) => id },
  { head: 'NAME', cell: ({ name }) => name },
  { head: 'PUBLIC KEY', cell: ({ publicKey }) => publicKey },
  { head: 'ADDED', cell: ({ addedAt }) => localTime(addedAt) },
];

/** `fumarole keys …`: whose packages the server accepts, and the key its credentials are sealed with. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('publisher keys, and the key that seals credentials');
  apiCommand(keys, 'list', 'publisher keys that the server trusts').action(
    async (_options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const found = await api.list<ApiPublisherKey>('/publisher-keys');
      if (output.json) printJson(output, found);
      else
        printTable(output, KEY_COLUMNS, found, 'No publisher keys; packages are refused until one is added.');
    },
  );
  apiCommand(keys, 'add <key>', 'trust a publisher: its key file (PEM), or the public key as base64')
    .option('--name <name>', 'whose key it is')
    .action(async (key: string, options: { name?: string }, command: Command) => {
      const { api, output } = contextOf(command);
      const publicKey = await keyText(key);
      const name =
        options.name ??
        (publicKey === key ? 'publisher' : basename(key).replace(/\.(pub|pem|public)+$/g, ''));
      const added = await api.post<ApiPublisherKey>('/publisher-keys', { json: { name, publicKey } });
      if (output.json) printJson(output, added);
      else printTable(output, KEY_COLUMNS, [added], '');
    });
  apiCommand(keys, 'remove <key>', 'trust a publisher no longer').action(
    async (id: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      await api.delete(`/publisher-keys/${segment(id)}`);
      if (output.json) printJson(output, { id, removed: true });
      else output.write(`${id} removed\n`);
    },
  );
  registerReseal(keys);
}

function registerReseal(keys: Command): void {
  apiCommand(keys, 'reseal', 'seal all device credentials with a new key')
    .option('--key-file <file>', 'key file of the server (default: seal.key in its data folder)')
    .option('--no-new-key', 'use the newest key of the file; it was added before')
    .action(async (options: ResealOptions, command: Command) => {
      const { api, output } = contextOf(command);
      if (options.newKey) await addSealKey(options);
      const done = await api.post<{ readonly resealed: number }>('/credentials/reseal', {
        json: {},
        timeoutMs: 600_000,
      });
      if (output.json) printJson(output, done);
      else output.write(`${done.resealed} credentials sealed anew\n`);
    });
}

interface ResealOptions {
  readonly keyFile?: string;
  readonly newKey: boolean;
  readonly data?: string;
}

/** The key file is on the server's machine and never travels: the new key is added here, the server reads it. */
async function addSealKey({ keyFile, data }: ResealOptions): Promise<void> {
  const file = keyFile ?? join(data ?? process.env.FUMAROLE_DATA ?? DEFAULT_DATA, 'seal.key');
  if (!existsSync(file)) {
    throw new CliError(
      'usage',
      `No key file ${file}: give --key-file, or --no-new-key when the key is there already.`,
    );
  }
  const { addKey } = await import('@fumarole/server');
  addKey(file);
}

/** Base64 text is the key itself; anything else names a file. Only the public half of a key ever leaves this machine. */
async function keyText(key: string): Promise<string> {
  return /^[A-Za-z0-9+/]{43}=$/.test(key) ? key : base64(await readPublicKey(key));
}
