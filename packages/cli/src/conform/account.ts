import type { Account, Scheme } from '@fumarole/conform';
import { CliError } from '../cli-error.ts';
import { jsonFile, record } from '../json-file.ts';

/** Who the two sides are and how each proves itself; secrets come from a file or the environment, never from arguments. */
export interface Accounts {
  readonly client: Account;
  /** How the client proves itself, where the file says so. */
  readonly scheme?: Scheme;
  readonly server?: Account;
}

export interface AccountOptions {
  readonly account?: string;
  readonly user?: string;
  readonly serverUser?: string;
}

export const SCHEMES: readonly Scheme[] = ['basic', 'md5', 'mac'];

/** Environment variables with the secrets, where no account file is given. */
export const SECRET_VARIABLE = 'FUMAROLE_CONFORM_SECRET';
export const SERVER_SECRET_VARIABLE = 'FUMAROLE_CONFORM_SERVER_SECRET';

/** @throws CliError `usage`, `file` */
export async function readAccounts(options: AccountOptions): Promise<Accounts> {
  if (options.account !== undefined) return accountsOf(await jsonFile(options.account), options.account);
  const secret = process.env[SECRET_VARIABLE];
  const serverSecret = process.env[SERVER_SECRET_VARIABLE];
  if (options.user === undefined || secret === undefined) {
    throw new CliError('usage', `Give --account FILE, or --user NAME and ${SECRET_VARIABLE}.`);
  }
  return {
    client: { name: options.user, secret },
    ...(options.serverUser === undefined || serverSecret === undefined
      ? {}
      : { server: { name: options.serverUser, secret: serverSecret } }),
  };
}

/** What `fumarole devices add --json` printed, or its `credentials` alone. */
function accountsOf(value: unknown, name: string): Accounts {
  const outer = record(value, name);
  const inner = 'credentials' in outer ? record(outer.credentials, 'credentials') : outer;
  const server = inner.server === undefined ? undefined : accountOf(inner.server, 'server');
  const scheme = SCHEMES.find((one) => one === record(inner.client, 'client').scheme);
  return {
    client: accountOf(inner.client, 'client'),
    ...(scheme === undefined ? {} : { scheme }),
    ...(server === undefined ? {} : { server }),
  };
}

function accountOf(value: unknown, name: string): Account {
  const { name: user, secret } = record(value, name);
  if (typeof user === 'string' && typeof secret === 'string') return { name: user, secret };
  throw new CliError('usage', `${name}: name and secret are expected`);
}
