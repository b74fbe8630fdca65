import { describe, expect, it } from 'vitest';
import { readAccount } from './config.ts';

const account = {
  serverId: 's',
  url: 'https://dm.example.com/dm',
  client: { scheme: 'mac', name: 'n', secret: 'x', nonce: 'bm9uY2U=' },
  server: { scheme: 'none', name: '', secret: '' },
  authPref: 'mac',
  allowHttp: false,
  tls: { ca: 'PEM', minVersion: 'TLSv1.3' },
};

describe('an account as JSON', () => {
  it('is taken whole, and nothing that is not of an account', () => {
    expect(readAccount({ ...account, shown: 'once' })).toEqual(account);
    const least = { serverId: 's', url: 'http://a/', client: { scheme: 'none' } };
    expect(readAccount(least)).toEqual({ ...least, client: { scheme: 'none', name: '', secret: '' } });
  });

  it.each([
    ['account', 'x'],
    ['account.serverId', { ...account, serverId: '' }],
    ['account.url', { ...account, url: 'ftp://a/' }],
    ['account.client', { ...account, client: undefined }],
    ['account.client.scheme', { ...account, client: { scheme: 'digest' } }],
    ['account.client.secret', { ...account, client: { scheme: 'md5', name: 'n' } }],
    ['account.server.name', { ...account, server: { scheme: 'md5', secret: 's' } }],
    ['account.authPref', { ...account, authPref: 'none' }],
    ['account.allowHttp', { ...account, allowHttp: 'yes' }],
    ['account.tls.minVersion', { ...account, tls: { minVersion: 'SSLv3' } }],
    ['account.tls.ca', { ...account, tls: { ca: 5 } }],
  ])('%s that cannot be is named', (field, value) => {
    expect(() => readAccount(value)).toThrow(
      expect.objectContaining({ code: 'bad-config', message: expect.stringMatching(`^${field}: `) }),
    );
  });
});
