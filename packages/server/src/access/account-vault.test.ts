import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerAccount } from '@fumarole/dm/server';
import { afterEach, expect, it } from 'vitest';
import { AccountVault } from './account-vault.ts';
import { Seal } from './seal.ts';

const folder = mkdtempSync(join(tmpdir(), 'fumarole-vault-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const account: ServerAccount = {
  serverId: 'srv',
  client: {
    required: 'mac',
    allowed: ['md5'],
    name: 'device',
    a: 'AAAA',
    nonce: 'bm9uY2U=',
    previousNonce: 'b2xk',
    resyncUntil: 7,
    resyncSession: 9,
    passedNonces: ['cGFzc2Vk'],
  },
  server: { scheme: 'basic', name: 'srv', a: 'BBBB', secret: 'hidden', nonce: 'c2Vydg==' },
};

it('what a message changes lies beside the secrets, and nothing of an account is lost', () => {
  const seal = Seal.open(join(folder, 'keys'));
  const { expected: _, ...stored } = new AccountVault(seal).close('D', account, 0);
  for (const secret of ['AAAA', 'BBBB', 'hidden']) expect(stored.nonces).not.toContain(secret);
  const row = { ...stored, version: 1 };
  expect(new AccountVault(seal).open(row)).toEqual(account);
  const used: ServerAccount = {
    ...account,
    client: { ...account.client, nonce: 'bmV3', passedNonces: ['eA=='] },
  };
  const vault = new AccountVault(seal);
  const renewed = { ...row, version: 2, nonces: vault.renew(row, used) };
  expect(renewed.nonces).toContain('bmV3');
  for (const one of [vault, new AccountVault(seal)]) expect(one.open(renewed)).toEqual(used);
  // The row as it was before is another value, also for the vault that has seen the newer one.
  expect(vault.open(row)).toEqual(account);
});

it('the schemes of accounts that were made or opened are known, once each, and no others', () => {
  const seal = Seal.open(join(folder, 'keys'));
  const vault = new AccountVault(seal);
  expect(vault.shapes).toEqual([]);
  const { expected: _, ...stored } = vault.close('D', account, 0);
  vault.close('E', account, 0);
  const shapes = [{ required: 'mac', allowed: ['md5'], server: 'basic' }];
  expect(vault.shapes).toEqual(shapes);
  const other = new AccountVault(seal);
  other.open({ ...stored, version: 1 });
  expect(other.shapes).toEqual(shapes);
});
