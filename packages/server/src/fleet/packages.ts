/** Operations on packages: what devices may be offered. */
import type { PackageRecord } from '@fumarole/fumo/server';
import type { Store } from '../store/port.ts';
import { FleetError } from './fleet.ts';
import { IN_USE_PAGE, MAX_PACKAGE_TRIES } from './limits.ts';
import type { PackageCatalogue } from './package-catalogue.ts';

/** The same package again is no error: its id is its content. */
export async function addPackage(
  store: Store,
  catalogue: PackageCatalogue,
  record: PackageRecord,
): Promise<void> {
  await store.putPackage({ record, document: '{}' }, 0);
  catalogue.changed();
}

/**
 * Updates that have not begun become `superseded` at the next contact. @throws FleetError `package-unknown`;
 * `package-in-use` while a device is fetching or receiving it.
 */
export async function removePackage(store: Store, catalogue: PackageCatalogue, id: string): Promise<void> {
  const user = await deviceFetching(store, id);
  if (user !== undefined) {
    throw new FleetError('package-in-use', `${user} is fetching package ${id}`);
  }
  if (!(await store.removePackage(id))) {
    throw unknownPackage(id);
  }
  catalogue.changed();
}

export async function publishPackage(
  store: Store,
  catalogue: PackageCatalogue,
  id: string,
  published: boolean,
): Promise<PackageRecord> {
  for (let attempt = 0; attempt < MAX_PACKAGE_TRIES; attempt += 1) {
    const row = await store.package(id);
    if (row === undefined) {
      throw unknownPackage(id);
    }
    const record = { ...row.record, published };
    if ((await store.putPackage({ record, document: row.document }, row.version)) === 'committed') {
      catalogue.changed();
      return record;
    }
  }
  throw new FleetError('conflict', `package ${id} is being changed by somebody else`);
}

/** Found by the index on state: only devices in the middle of a delivery are looked at. */
async function deviceFetching(store: Store, id: string): Promise<string | undefined> {
  for (const state of ['offered', 'downloading']) {
    let after: string | undefined;
    do {
      const rows = await store.devices({ state }, { after, limit: IN_USE_PAGE });
      const user = rows.find(({ record }) => record.update?.packageId === id);
      if (user !== undefined) {
        return user.record.id;
      }
      after = rows.length < IN_USE_PAGE ? undefined : rows.at(-1)?.key;
    } while (after !== undefined);
  }
  return undefined;
}

export function unknownPackage(id: string): FleetError {
  return new FleetError('package-unknown', `there is no package ${id}`);
}
