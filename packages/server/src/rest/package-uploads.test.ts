import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { PackageRecord } from '@fumarole/fumo/server';
import { makePackage } from '@fumarole/update-package/make';
import fastify from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DiskArtifacts } from '../artifacts/disk-artifacts.ts';
import { ORPHAN_MS } from '../artifacts/limits.ts';
import { packagePorts } from '../artifacts/package-ports.ts';
import { putArtifact } from '../artifacts/put.ts';
import { sweepOrphans } from '../artifacts/sweep-orphans.ts';
import { openSqliteStore } from '../store/sqlite/open-store.ts';
import { packageUploads } from './package-uploads.ts';

const PACKAGE: PackageRecord = {
  id: '',
  name: 'p',
  version: '1',
  release: 1,
  size: 5,
  contentType: 'application/octet-stream',
  published: true,
  manufacturer: 'ACME',
  models: ['M1'],
  hardware: [],
  fromVersions: [],
  allowDowngrade: false,
  securityFloor: 0,
  addedAt: 1,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fumarole-uploads-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('a package that the fleet cannot take leaves nothing on the disk', async () => {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const sealed = await makePackage(
    {
      name: 'p',
      version: '1',
      release: 1,
      created: 1,
      constraints: { manufacturer: 'ACME', models: ['M1'] },
    },
    Buffer.alloc(5_000, 1),
    { algorithm: 'ed25519', publicKey, sign: (message) => sign(null, message, pair.privateKey) },
    packagePorts.sha256,
  );
  const artifacts = await DiskArtifacts.open(join(folder, 'artifacts'), 0);
  const uploads = packageUploads({
    store: {
      publisherKeys: async () => [
        { id: 'k', name: 'k', publicKey: publicKey.toString('base64'), addedAt: 1 },
      ],
      package: async () => undefined,
    },
    fleet: {
      addPackage: () => Promise.reject(new Error('the store is full')),
      removePackage: async () => undefined,
    },
    artifacts,
    now: () => 1,
  });
  await expect(uploads.upload(Readable.from([sealed]), true, fastify().log)).rejects.toThrow(
    'the store is full',
  );
  expect((await artifacts.list().next()).done).toBe(true);
});

it('objects that no package names go when they are a day old', async () => {
  const artifacts = await DiskArtifacts.open(folder, 0);
  const put = async (text: string): Promise<string> =>
    (await putArtifact(artifacts, [Buffer.from(text)], 100)).sha256;
  const [orphan, young, named] = [await put('orphan'), await put('young'), await put('named')];
  const now = Date.now();
  const old = new Date(now - ORPHAN_MS - 1_000);
  for (const sha256 of [orphan, named]) await utimes(join(folder, sha256.slice(0, 2), sha256), old, old);
  const store = openSqliteStore(folder);
  const record = { ...PACKAGE, id: named };
  await store.putPackage({ record, document: '{}' }, 0);
  expect(await sweepOrphans(artifacts, store, now)).toBe(1);
  await store.close();
  expect(await artifacts.stat(orphan)).toBeUndefined();
  expect(await artifacts.stat(young)).toBeDefined();
  expect(await artifacts.stat(named)).toBeDefined();
});
