/** The packages of the store, by manufacturer and model, kept in memory until any process changes one. */
import type { DeviceRecord, Instant, PackageRecord } from '@fumarole/fumo/server';
import type { Store } from '../store/port.ts';
import { CATALOGUE_CHECK_MS } from './limits.ts';

type Packages = readonly PackageRecord[];

/** Answers at once unless the store has to be asked. */
export interface PackageCatalogue {
  /** What may fit a device's manufacturer and model; nothing while it has not told them. */
  packagesFor(device: Pick<DeviceRecord, 'manufacturer' | 'model'>): Packages | Promise<Packages>;
  all(): Promise<readonly PackageRecord[]>;
  /** This process has changed a package: read again at once. */
  changed(): void;
}

interface Shelf {
  readonly version: number;
  readonly all: readonly PackageRecord[];
  readonly byManufacturer: ReadonlyMap<string, readonly PackageRecord[]>;
}

export function packageCatalogue(store: Store, now: () => Instant): PackageCatalogue {
  let shelf: Shelf | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  const atHand = (): Shelf | undefined =>
    Math.abs(now() - checkedAt) < CATALOGUE_CHECK_MS ? shelf : undefined;
  const current = async (): Promise<Shelf> => {
    const version = await store.packagesVersion();
    if (shelf === undefined || shelf.version !== version) {
      shelf = shelve(
        version,
        (await store.packages()).map(({ record }) => record),
      );
    }
    checkedAt = now();
    return shelf;
  };
  return {
    packagesFor: ({ manufacturer, model }) => {
      if (manufacturer === undefined || model === undefined) {
        return [];
      }
      const found = atHand();
      return found === undefined
        ? current().then((shelf) => fitting(shelf, manufacturer, model))
        : fitting(found, manufacturer, model);
    },
    all: async () => (atHand() ?? (await current())).all,
    changed: () => {
      checkedAt = Number.NEGATIVE_INFINITY;
      shelf = undefined;
    },
  };
}

function fitting({ byManufacturer }: Shelf, manufacturer: string, model: string): Packages {
  if (byManufacturer.size === 0) return [];
  const makers = [keyOf(manufacturer), '*'].flatMap((key) => byManufacturer.get(key) ?? []);
  return makers.filter(({ models }) => models.some((name) => [keyOf(model), '*'].includes(keyOf(name))));
}

function shelve(version: number, all: readonly PackageRecord[]): Shelf {
  const byManufacturer = new Map<string, PackageRecord[]>();
  for (const record of all) {
    const key = keyOf(record.manufacturer);
    const shelf = byManufacturer.get(key);
    if (shelf === undefined) {
      byManufacturer.set(key, [record]);
    } else {
      shelf.push(record);
    }
  }
  return { version, all, byManufacturer };
}

/** S-050: case and outer blanks are ignored. */
function keyOf(text: string): string {
  return text.trim().toLowerCase();
}
