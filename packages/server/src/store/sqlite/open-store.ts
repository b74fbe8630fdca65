import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import type { Store } from '../port.ts';
import { accessPart } from './access-part.ts';
import { callersPart } from './callers-part.ts';
import { cataloguePart } from './catalogue-part.ts';
import { startCheckpointer } from './checkpointer.ts';
import { openConnection } from './connection.ts';
import type { Context } from './context.ts';
import { descriptionsPart } from './descriptions-part.ts';
import { devicesPart } from './devices-part.ts';
import { nodeSqliteDialect } from './dialect.ts';
import { GroupCommit } from './group-commit.ts';
import { historyPart } from './history-part.ts';
import { TELEMETRY_KIND, TRUTH_KIND } from './kinds.ts';
import { LoadedCache } from './loaded-cache.ts';
import { RecordCache } from './record-cache.ts';
import { sessionsPart } from './sessions-part.ts';
import type { Tables } from './tables.ts';
import { SqliteTraces } from './traces.ts';
import { workPart } from './work-part.ts';

export interface SqliteStoreOptions {
  /** Told of each transaction: requests in it, seconds it took. */
  readonly committed?: (batch: number, seconds: number) => void;
}

/** The embedded store in a folder: `truth.db` and `telemetry.db`. Throws StoreError. */
export function openSqliteStore(folder: string, options: SqliteStoreOptions = {}): Store {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = [join(folder, 'truth.db'), join(folder, 'telemetry.db')] as const;
  const db = openConnection(files[0], TRUTH_KIND);
  const telemetry = openConnection(files[1], TELEMETRY_KIND);
  const stopCheckpointer = startCheckpointer(files);
  const cache = new RecordCache();
  const loaded = new LoadedCache(db);
  const commit = new GroupCommit(db, {
    committed: options.committed ?? (() => {}),
    began: () => loaded.revalidate(),
    rolledBack: () => {
      cache.clear();
      loaded.clear();
    },
  });
  const listeners = new Set<() => void>();
  const announce = (): void => {
    for (const listener of listeners) listener();
  };
  const query = new Kysely<Tables>({ dialect: nodeSqliteDialect(db) });
  const context: Context = { db, commit, query, cache, loaded, announce };
  const traces = new SqliteTraces(telemetry);
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await traces.flush();
    await commit.close();
    await stopCheckpointer();
    db.close();
    telemetry.close();
  };
  return {
    traces,
    ...devicesPart(context),
    ...sessionsPart(context),
    ...callersPart(context),
    ...historyPart(context, listeners),
    ...cataloguePart(context),
    ...descriptionsPart(context),
    ...accessPart(context),
    ...workPart(context),
    healthy: () => commit.run(() => db.get('SELECT 1 AS one') !== undefined),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
