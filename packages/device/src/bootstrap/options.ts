import type { TlsOptions } from '../options.ts';

/** How a device takes accounts that are not in its image. */
export interface BootstrapOptions {
  /** The secret that network and device share: IMSI, ESN. Absent: documents proved by it are refused. */
  readonly networkId?: string;
  /** What the user would enter; absent: the user is asked, an unattended device refuses. */
  readonly pin?: string;
  /** A document for a server that has an account: default `refuse`; `ask` the user; `replace` the account. */
  readonly existing?: 'refuse' | 'ask' | 'replace';
  /** A pushed document without MAC: default `refuse`; `accept` is for tests only. */
  readonly unproved?: 'refuse' | 'accept';
  /** Client provisioning with the two levels swapped, as one C client has them. */
  readonly swapLevels?: boolean;
  /** An account whose proxy or access point is not in the document: default kept without it. */
  readonly unresolved?: 'drop' | 'refuse';
  /** Contact the new server at once: default `always`; `init`: client provisioning only where it says INIT. */
  readonly contact?: 'always' | 'init';
  /** Whose server may update the firmware: default the `first` account of a device that had none; `every`, `none`. */
  readonly firmware?: 'first' | 'every' | 'none';
  /** Accounts that were made so may have plain http addresses (P-119). */
  readonly allowHttp?: boolean;
  /** Whom they trust. */
  readonly tls?: TlsOptions;
}

export interface SmartcardOptions {
  /** The folder that stands for the card, in while the folder is there; absent: the reader of the host. */
  readonly folder?: string;
  /** False: the card is not read (N-124). */
  readonly enabled?: boolean;
  /** How often it is looked for another card, milliseconds. */
  readonly checkMs?: number;
}
