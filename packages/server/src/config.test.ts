import { expect, it } from 'vitest';
import { serverConfig } from './config.ts';

it('listens on this machine alone unless told otherwise, closed for unknown devices', () => {
  const config = serverConfig({ dataDir: 'd' });
  expect(config.listeners).toEqual([{ host: '127.0.0.1', port: 8080 }]);
  expect([config.enrol, config.plainSchemes]).toEqual(['closed', []]);
});

it.each([
  ['dataDir', { dataDir: '' }],
  ['listeners', { dataDir: 'd', listeners: [] }],
  ['listeners.port', { dataDir: 'd', listeners: [{ port: 70_000 }] }],
  ['publicUrl', { dataDir: 'd', publicUrl: 'dm.example.com' }],
  ['publicUrl', { dataDir: 'd', publicUrl: 'https://dm.example.com/?a=1' }],
  ['serverId', { dataDir: 'd', serverId: 'x'.repeat(256) }],
  ['serverId', { dataDir: 'd', serverId: 'a:b' }],
  ['wake.smpp.url', { dataDir: 'd', wake: { smpp: { url: 'http://smsc', systemId: 'a', password: '' } } }],
  [
    'wake.smpp.systemId',
    { dataDir: 'd', wake: { smpp: { url: 'smpp://smsc', systemId: 'x'.repeat(16), password: '' } } },
  ],
  ['wake.pap.url', { dataDir: 'd', wake: { pap: { url: 'ftp://ppg' } } }],
  ['wake.repeatMs[0]', { dataDir: 'd', wake: { repeatMs: [0] } }],
  ['maxMsgSize', { dataDir: 'd', maxMsgSize: 10 }],
  ['sessionIdleMs', { dataDir: 'd', sessionIdleMs: 0.5 }],
  ['planner.retryBaseMs', { dataDir: 'd', planner: { retryBaseMs: 0 } }],
  ['wake.repeatMs[1]', { dataDir: 'd', wake: { repeatMs: [1, -1] } }],
  ['traces.maxRows', { dataDir: 'd', traces: { maxRows: 0 } }],
])('names the option that cannot be: %s', (option, options) => {
  expect(() => serverConfig(options)).toThrow(expect.objectContaining({ code: 'bad-option', option }));
});

it('takes the slash off the public address', () => {
  expect(serverConfig({ dataDir: 'd', publicUrl: 'https://dm.example.com/fota/' }).publicUrl).toBe(
    'https://dm.example.com/fota',
  );
});

it('N-045: a ServerID that some devices cannot take is said, and served', () => {
  const long = serverConfig({ dataDir: 'd', serverId: 'a-server-identifier-of-24' });
  expect(long.warnings).toEqual([expect.stringMatching(/^serverId: .* longer than 23 characters$/)]);
  expect(serverConfig({ dataDir: 'd', serverId: 'x'.repeat(23) }).warnings).toEqual([]);
});

it('says what is wrong with a gateway', () => {
  const odd = { url: 'http://ppg', colour: 'red' } as { url: string };
  expect(() => serverConfig({ dataDir: 'd', wake: { pap: odd } })).toThrow(
    'wake.pap.colour: there is no such setting',
  );
  const smpp = { url: 'smpps://smsc.example', systemId: 'a', password: 'b', caFile: '/nowhere.pem' };
  expect(() => serverConfig({ dataDir: 'd', wake: { smpp } })).toThrow(
    /^wake\.smpp: .*nowhere\.pem cannot be read/,
  );
});
