import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../store/sqlite/open-store.ts';
import { AccountVault } from './account-vault.ts';
import { createCredentialDesk } from './credential-desk.ts';
import { random } from './digests.ts';
import { addKey } from './key-file.ts';
import { Seal } from './seal.ts';

const folders: string[] = [];
const keyFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'fumarole-seal-'));
  folders.push(folder);
  return join(folder, 'seal.key');
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('the seal', () => {
  it('makes its key file readable for its owner alone, and keeps it', () => {
    const path = keyFile();
    const sealed = Seal.open(path).seal('secret', 'a');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(Seal.open(path).open(sealed, 'a')).toBe('secret');
  });

  it('opens a value only in the place it was sealed for, unaltered, with its own key', () => {
    const path = keyFile();
    const seal = Seal.open(path);
    const sealed = seal.seal('secret', 'row A');
    expect(Buffer.from(sealed.sealed).includes('secret')).toBe(false);
    expect(() => seal.open(sealed, 'row B')).toThrow(expect.objectContaining({ code: 'unsealable' }));
    for (let i = 0; i < sealed.sealed.length; i += 1) {
      const altered = Uint8Array.from(sealed.sealed);
      altered[i] = (altered[i] ?? 0) ^ 1;
      expect(() => seal.open({ ...sealed, sealed: altered }, 'row A')).toThrow(
        expect.objectContaining({ code: 'unsealable' }),
      );
    }
    expect(() => Seal.open(keyFile()).open(sealed, 'row A')).toThrow(
      expect.objectContaining({ code: 'unsealable' }),
    );
  });

  it('says clearly that a key file is damaged, and does not make another', () => {
    const path = keyFile();
    writeFileSync(path, '{"version":1,"keys":[{"id":"x","key":"c2hvcnQ="}]}');
    expect(() => Seal.open(path)).toThrow(expect.objectContaining({ code: 'key-file-damaged' }));
    expect(readFileSync(path, 'utf8')).toContain('c2hvcnQ=');
  });

  it('opens old values after a key was added, also in a process that started before', () => {
    const path = keyFile();
    const early = Seal.open(path);
    const old = early.seal('one', 'p');
    const id = addKey(path);
    const late = Seal.open(path);
    expect(late.keyId).toBe(id);
    expect(late.open(old, 'p')).toBe('one');
    expect(early.open(late.seal('two', 'p'), 'p')).toBe('two');
    expect(late.derive('x')).toEqual(early.derive('x'));
  });
});

describe('credentials', () => {
  const desk = async () => {
    const path = keyFile();
    const store = openSqliteStore(join(path, '..', 'data'));
    const seal = Seal.open(path);
    const vault = new AccountVault(seal);
    return {
      store,
      seal,
      vault,
      path,
      desk: createCredentialDesk({ store, vault, seal, serverId: 'srv', random }),
    };
  };

  it('P-095: what is kept of a secret is its digest alone', async () => {
    const { store, vault, desk: issuer } = await desk();
    const shown = await issuer.issue('IMEI:490154203237518', { clientScheme: 'md5' });
    const row = await store.credentials('IMEI:49015420323751');
    if (row === undefined) throw new Error('not kept');
    const account = JSON.stringify(vault.open(row));
    expect(shown.client.secret.length).toBeGreaterThanOrEqual(24);
    expect(account).not.toContain(shown.client.secret);
    expect(account).not.toContain(shown.server?.secret);
    await store.close();
  });

  it('are resealed with the newest key', async () => {
    const { store, path, vault, desk: issuer } = await desk();
    await issuer.issue('A', {});
    await issuer.issue('B', {});
    const before = await store.credentials('A');
    const id = addKey(path);
    expect(await issuer.reseal()).toBe(2);
    expect(await issuer.reseal()).toBe(0);
    const after = await store.credentials('A');
    if (before === undefined || after === undefined) throw new Error('not kept');
    expect([before.keyId, after.keyId]).toEqual([expect.not.stringMatching(id), id]);
    expect(vault.open(after)).toEqual(vault.open(before));
    await store.close();
  });
});
