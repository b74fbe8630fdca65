import type { ServerAccount } from '@fumarole/dm/server';
import type { CredentialRow, CredentialWrite } from '../store/port.ts';
import type { Seal } from './seal.ts';

/** Opened accounts kept in memory: they are there anyway while a session runs. */
const MAX_OPEN = 2_000;

type Client = ServerAccount['client'];
type Server = NonNullable<ServerAccount['server']>;

/**
 * What messages change in an account: nonces and what is remembered of them. They are sent in clear, so they lie beside
 * the sealed part: nothing has to be sealed anew because a message has used one up.
 */
interface Changing {
  readonly client: Omit<Client, 'required' | 'allowed' | 'name' | 'a'>;
  readonly server?: Omit<Server, 'scheme' | 'name' | 'a' | 'secret'>;
}

interface Opened {
  /** The whole stored value: an altered or older row never meets a kept account. */
  readonly sealed: Uint8Array;
  readonly nonces: string;
  readonly account: ServerAccount;
}

/** How an account proves both sides, without any secret. */
export interface AccountShape {
  readonly required: Client['required'];
  readonly allowed: Client['allowed'];
  readonly server: Server['scheme'] | undefined;
}

/** Credentials between the store, where they are sealed, and the session, where they are plain. */
export class AccountVault {
  readonly #seal: Seal;
  readonly #opened = new Map<string, Opened>();
  readonly #shapes = new Map<string, AccountShape>();

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  /** Those of the accounts that were opened or made; a handful, as there are few schemes. */
  get shapes(): readonly AccountShape[] {
    return [...this.#shapes.values()];
  }

  /** Throws AccessError `unsealable`. */
  open(row: CredentialRow): ServerAccount {
    const kept = this.#opened.get(row.key);
    if (kept !== undefined && isSame(kept, row)) return kept.account;
    const secrets = JSON.parse(this.#seal.open(row, placeOf(row.key))) as ServerAccount;
    const account = withNonces(secrets, JSON.parse(row.nonces) as Changing);
    this.#note(account);
    this.#keep(row.key, { sealed: row.sealed, nonces: row.nonces, account });
    return account;
  }

  /** Seals all of an account anew. `expected`: version of the row that was read, 0 for a new one. */
  close(key: string, account: ServerAccount, expected: number): CredentialWrite {
    const { keyId, sealed } = this.#seal.seal(JSON.stringify(withoutNonces(account)), placeOf(key));
    const nonces = noncesOf(account);
    this.#note(account);
    this.#keep(key, { sealed, nonces, account });
    return { key, expected, keyId, sealed, nonces };
  }

  /** The nonces to store beside the secrets of `row`; `account` is the one that was opened from it, after a message. */
  renew({ key, sealed }: CredentialRow, account: ServerAccount): string {
    const nonces = noncesOf(account);
    this.#keep(key, { sealed, nonces, account });
    return nonces;
  }

  #note({ client: { required, allowed }, server }: ServerAccount): void {
    const shape = { required, allowed, server: server?.scheme };
    this.#shapes.set(JSON.stringify(shape), shape);
  }

  #keep(key: string, opened: Opened): void {
    this.#opened.delete(key);
    this.#opened.set(key, opened);
    if (this.#opened.size <= MAX_OPEN) return;
    const [oldest = key] = this.#opened.keys();
    this.#opened.delete(oldest);
  }
}

function isSame(kept: Opened, { sealed, nonces }: CredentialRow): boolean {
  return kept.nonces === nonces && (kept.sealed === sealed || Buffer.compare(kept.sealed, sealed) === 0);
}

function noncesOf({ client, server }: ServerAccount): string {
  const { required: _r, allowed: _al, name: _n, a: _a, ...ofClient } = client;
  if (server === undefined) return JSON.stringify({ client: ofClient } satisfies Changing);
  const { scheme: _s, name: _sn, a: _sa, secret: _secret, ...ofServer } = server;
  return JSON.stringify({ client: ofClient, server: ofServer } satisfies Changing);
}

function withoutNonces({ serverId, client, server }: ServerAccount): ServerAccount {
  const { required, allowed, name, a } = client;
  const fixed = { serverId, client: { required, allowed, name, a } };
  if (server === undefined) return fixed;
  const { scheme, secret } = server;
  return {
    ...fixed,
    server: { scheme, name: server.name, a: server.a, ...(secret === undefined ? {} : { secret }) },
  };
}

function withNonces(fixed: ServerAccount, { client, server }: Changing): ServerAccount {
  const account = { ...fixed, client: { ...fixed.client, ...client } };
  return fixed.server === undefined ? account : { ...account, server: { ...fixed.server, ...server } };
}

function placeOf(key: string): string {
  return `credentials\0sealed\0${key}`;
}
