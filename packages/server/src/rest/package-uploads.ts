import type { Instant } from '@fumarole/fumo/server';
import { publisherKey } from '@fumarole/update-package/read';
import type { ArtifactStore } from '../artifacts/port.ts';
import { sealUpload } from '../artifacts/seal-upload.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Store } from '../store/port.ts';
import type { PackageUploads } from './deps.ts';

export interface UploadDeps {
  readonly store: Pick<Store, 'publisherKeys' | 'package'>;
  readonly fleet: Pick<Fleet, 'addPackage' | 'removePackage'>;
  readonly artifacts: ArtifactStore;
  readonly now: () => Instant;
}

/**
 * Takes packages that one of the store's publisher keys has signed, and makes them known to the fleet; the octets of a
 * package that nobody knows any more do not stay.
 */
export function packageUploads({ store, fleet, artifacts, now }: UploadDeps): PackageUploads {
  /** A package's id is the hash of its octets: no other record can name them. */
  const dropUnnamed = async (id: string): Promise<void> => {
    if ((await store.package(id)) === undefined) await artifacts.delete(id);
  };
  return {
    upload: async (body, publish, log) => {
      const keys = (await store.publisherKeys()).map((row) =>
        publisherKey(Buffer.from(row.publicKey, 'base64')),
      );
      const sealed = await sealUpload(artifacts, body, { trust: { keys }, now: now(), published: publish });
      if (sealed.kind === 'refused') {
        log.info({ refusal: sealed.refusal }, 'package refused');
        const hint =
          keys.length === 0 ? ['No publisher key is known yet: add one with `fumarole keys add`.'] : [];
        return { ok: false, reasons: [`${sealed.refusal.reason} (${sealed.refusal.code})`, ...hint] };
      }
      // The same octets again are the same package: what is known of it stays.
      const before = await store.package(sealed.record.id);
      if (before !== undefined) return { ok: true, record: before.record };
      try {
        await fleet.addPackage(sealed.record);
      } catch (error) {
        await dropUnnamed(sealed.record.id).catch(() => {}); // the sweep finds it later
        throw error;
      }
      return { ok: true, record: sealed.record };
    },
    remove: async (id) => {
      await fleet.removePackage(id);
      await dropUnnamed(id);
    },
  };
}
