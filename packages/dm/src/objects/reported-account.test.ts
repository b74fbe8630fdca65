import { describe, expect, it } from 'vitest';
import { accountReads, addressWrites, credentialWrites, readReportedAccounts } from './index.ts';

const items = (root: string, leaves: Readonly<Record<string, string>>) =>
  Object.entries(leaves).map(([name, value]) => ({ uri: `${root}/${name}`, value }));

const nested = items('./DMAcc/x7', {
  AppID: 'w7',
  ServerID: 'com.example.dm',
  Name: 'Example',
  PrefConRef: './Con/1',
  AAuthPref: 'DIGEST',
  'AppAddr/a/Addr': 'http://dm.example.com/dm',
  'AppAddr/a/AddrType': 'URI',
  'AppAddr/a/Port/p/PortNbr': '8080',
  'AppAuth/c/AAuthLevel': 'CLCRED',
  'AppAuth/c/AAuthType': 'DIGEST',
  'AppAuth/c/AAuthName': 'dev1',
  'AppAuth/s/AAuthLevel': 'SRVCRED',
  'AppAuth/s/AAuthType': 'DIGEST',
  'AppAuth/s/AAuthName': 'com.example.dm',
});
const flat = items('./SyncML/DMAcc/x7', {
  Addr: 'http://dm.example.com/dm',
  AddrType: '1',
  PortNbr: '8080',
  ConRef: './Con/1',
  ServerId: 'com.example.dm',
  UserName: 'dev1',
  AuthPref: 'syncml:auth-md5',
  Name: 'Example',
});
const [newer] = readReportedAccounts(nested);
const [older] = readReportedAccounts(flat);

describe('accounts on a device', () => {
  it('S-030: either layout yields the same account', () => {
    expect(newer?.account).toEqual({
      serverId: 'com.example.dm',
      serverURL: 'http://dm.example.com:8080/dm',
      name: 'Example',
      prefConRef: './Con/1',
      authPref: 'DIGEST',
      client: { type: 'DIGEST', name: 'dev1', secret: '' },
      server: { type: 'DIGEST', name: 'com.example.dm', secret: '' },
    });
    expect(older?.account).toEqual(newer?.account);
    expect([newer?.layout, older?.layout]).toEqual(['1.2', '1.1.2']);
  });

  it('S-030: the 1.2 layout is known at the old place, and several accounts are kept apart', () => {
    const moved = nested.map(({ uri, value }) => ({ uri: uri.replace('./DMAcc', 'SyncML/DMAcc'), value }));
    const all = readReportedAccounts([
      ...flat.map((one) => ({ ...one, uri: one.uri.replace('x7', 'y') })),
      ...moved,
    ]);
    expect(all.map(({ root, layout }) => [root, layout])).toEqual([
      ['./SyncML/DMAcc/y', '1.1.2'],
      ['./SyncML/DMAcc/x7', '1.2'],
    ]);
  });

  it('S-030: a host without a scheme is spoken to by HTTP; without address or ServerID there is no account', () => {
    const host = flat.map((one) => (one.uri.endsWith('/Addr') ? { ...one, value: '192.0.2.7' } : one));
    expect(readReportedAccounts(host)[0]?.account.serverURL).toBe('http://192.0.2.7:8080/');
    expect(readReportedAccounts(flat.filter(({ uri }) => !uri.endsWith('/Addr')))).toEqual([]);
    expect(readReportedAccounts(flat.filter(({ uri }) => !uri.endsWith('/ServerId')))).toEqual([]);
  });

  it('S-032: secrets and nonces of a 1.1.2 account are never read, only written', () => {
    const reads = accountReads('./SyncML/DMAcc/x7', '1.1.2');
    expect(reads).toContain('./SyncML/DMAcc/x7/ServerId');
    expect(reads.filter((uri) => /PW$|Nonce$|\?/.test(uri))).toEqual([]);
    if (older === undefined) throw new Error('no account');
    const nonce = Uint8Array.of(1, 2);
    expect(credentialWrites(older, 'client', { secret: 'pw', nonce })).toEqual([
      { uri: './SyncML/DMAcc/x7/ClientPW', format: 'chr', value: 'pw' },
      { uri: './SyncML/DMAcc/x7/ClientNonce', format: 'bin', value: nonce },
    ]);
    expect(credentialWrites(older, 'server', { secret: 'pw' })).toEqual([
      { uri: './SyncML/DMAcc/x7/ServerPW', format: 'chr', value: 'pw' },
    ]);
    expect(addressWrites(older, 'https://b/')).toEqual([
      { uri: './SyncML/DMAcc/x7/Addr', format: 'chr', value: 'https://b/' },
    ]);
  });

  it('changes of a 1.2 account go to the nodes it has', () => {
    if (newer === undefined) throw new Error('no account');
    expect(accountReads(newer.root, newer.layout)).toEqual(['./DMAcc/x7?list=StructData']);
    expect(credentialWrites(newer, 'server', { secret: 'pw' })[0]?.uri).toBe(
      './DMAcc/x7/AppAuth/s/AAuthSecret',
    );
    expect(addressWrites(newer, 'https://b/')[0]?.uri).toBe('./DMAcc/x7/AppAddr/a/Addr');
    const without = readReportedAccounts(nested.filter(({ uri }) => !uri.includes('/AppAuth/s/')))[0];
    expect(without && credentialWrites(without, 'server', { secret: 'pw' })).toEqual([]);
  });
});
