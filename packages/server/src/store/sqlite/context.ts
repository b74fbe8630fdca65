import type { Kysely } from 'kysely';
import type { Connection } from './connection.ts';
import type { GroupCommit } from './group-commit.ts';
import type { LoadedCache } from './loaded-cache.ts';
import type { RecordCache } from './record-cache.ts';
import type { Tables } from './tables.ts';

/** What the parts of the SQLite store share. */
export interface Context {
  readonly db: Connection;
  /** Durable, versioned changes. */
  readonly commit: GroupCommit;
  /** Lists and filters, portable. */
  readonly query: Kysely<Tables>;
  readonly cache: RecordCache;
  readonly loaded: LoadedCache;
  /** Events were committed. */
  readonly announce: () => void;
}
