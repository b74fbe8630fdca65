import { createSocket } from 'node:dgram';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeBase64 } from '@fumarole/dm/auth';
import { encodePush, encodeTrigger } from '@fumarole/dm/notification';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, ROOT } from '../../test/bench.ts';
import { DmServer, inTurn } from '../../test/dm-server.ts';
import { file, WebServer } from '../../test/web-server.ts';
import { digests } from '../client/host-ports.ts';

let bench: Bench;
let dm: DmServer;
let web: WebServer;
beforeEach(async () => {
  [bench, dm, web] = await Promise.all([Bench.open(), DmServer.open(), WebServer.open()]);
});
afterEach(async () => {
  await bench.close();
  await Promise.all([dm.close(), web.close()]);
});

const SOON = { sessionRetryMs: 20, sessionRetryMaxMs: 40 };
const get = (uri: string) => ({ kind: 'get', key: uri, uri }) as const;
const url = (operation: string, data: string) =>
  ({ kind: 'replace', key: 'url', uri: `${ROOT}/${operation}/PkgURL`, format: 'chr', data }) as const;
const exec = (operation: string, data?: string) =>
  ({
    kind: 'exec',
    key: 'exec',
    uri: `${ROOT}/${operation}`,
    correlator: 'c',
    ...(data === undefined ? {} : { data }),
  }) as const;

describe('the object of a device', () => {
  it('F-003: is in its tree, found by its identifier', async () => {
    await bench.create({ accounts: [dm.account], fumo: [{ uri: './Vendor/Radio/Fw' }] });
    const device = await bench.start();
    dm.script = inTurn([get('.?list=Struct')]);
    await device.poke();
    const items = dm.events.flatMap((event) => (event.kind === 'results' ? event.items : []));
    expect(items.filter(({ type }) => type === 'urn:oma:mo:oma-fumo:1.0').map(({ uri }) => uri)).toEqual([
      './Vendor/Radio/Fw',
    ]);
  });

  it('F-002: is refused without any way to get a package', async () => {
    const none = { uri: ROOT, download: false, downloadAndUpdate: false, pkgData: false };
    await expect(bench.create({ fumo: [none] })).rejects.toMatchObject({ code: 'bad-config' });
    await bench.create({ fumo: [{ ...none, pkgData: true }] });
  });

  it('F-131: is refused without Update and DownloadAndUpdate, and each that is there can be executed', async () => {
    const none = { uri: ROOT, update: false, downloadAndUpdate: false };
    await expect(bench.create({ fumo: [none] })).rejects.toMatchObject({ code: 'bad-config' });
    await bench.create({
      accounts: [dm.account],
      fumo: [{ ...none, update: true }],
      heldPackage: await bench.publisher.make(),
    });
    const device = await bench.start();
    dm.script = inTurn([exec('Update')]);
    await device.poke();
    expect(dm.statusOf('exec')).toBe(202);
  });

  it('F-034: keeps its permanent nodes, whatever the ACL says', async () => {
    await bench.create({ accounts: [dm.account] });
    const device = await bench.start();
    const acl = 'Add=*&Delete=*&Exec=*&Get=*&Replace=*';
    const nodes = [ROOT, `${ROOT}/State`, `${ROOT}/Update`, `${ROOT}/Download/PkgURL`];
    const remove = (uri: string) => ({ kind: 'delete', key: `delete ${uri}`, uri }) as const;
    dm.script = inTurn(
      [{ kind: 'replace', key: 'acl', uri: `${ROOT}?prop=ACL`, format: 'chr', data: acl }],
      [get(`${ROOT}?prop=ACL`)],
      nodes.map(remove),
      [get(ROOT)],
    );
    await device.poke();
    expect([dm.statusOf('acl'), dm.valueOf(`${ROOT}?prop=ACL`)]).toEqual([200, acl]);
    expect(nodes.map((uri) => dm.statusOf(`delete ${uri}`))).toEqual([405, 405, 405, 405]);
    expect(dm.valueOf(ROOT)).toContain('State');
  });

  it('F-030 F-038: PkgURL keeps 2048 octets and percent-encoded characters unchanged', async () => {
    await bench.create({ accounts: [dm.account] });
    const device = await bench.start();
    const start = 'https://dl.example.net/p%20q/%C3%A4?a=1&b=%2F<x>&c=';
    const long = start + 'z'.repeat(2048 - start.length);
    dm.script = inTurn([url('Download', long)], [get(`${ROOT}/Download/PkgURL`)]);
    await device.poke();
    expect(dm.statusOf('url')).toBe(200);
    expect(dm.valueOf(`${ROOT}/Download/PkgURL`)).toBe(long);
  });
});

describe('operations', () => {
  it('F-024: writing PkgURL and PkgData starts nothing; the Exec does', async () => {
    const sealed = await bench.publisher.make();
    const address = web.on('/p', file(sealed));
    await bench.create({ accounts: [dm.account], timing: SOON });
    const device = await bench.start();
    const data = dm.blob(sealed);
    dm.script = inTurn(
      [url('Download', address)],
      [url('DownloadAndUpdate', address)],
      [{ kind: 'replace', key: 'pkg', uri: `${ROOT}/Update/PkgData`, format: 'bin', data }],
    );
    await device.poke();
    await device.whenIdle();
    expect([dm.statusOf('pkg'), device.status().roots[0]?.state]).toEqual([200, 50]);
    expect([web.requests.length, device.status().fwV]).toEqual([0, '1.0']);
    dm.script = inTurn([exec('DownloadAndUpdate')]);
    await device.poke();
    expect(await bench.result()).toBe(200);
    expect(device.status().fwV).toBe('2.0');
  });

  it('F-005 F-025: an update and a download-and-update each end with one Alert 1226, good or bad', async () => {
    await bench.create({
      accounts: [dm.account],
      heldPackage: await bench.publisher.make({ models: ['other'] }),
      timing: SOON,
    });
    const device = await bench.start();
    dm.script = inTurn([exec('Update')]);
    await device.poke();
    await expect.poll(() => dm.alerts().length, { timeout: 10_000 }).toBe(1);
    dm.script = inTurn(
      [url('DownloadAndUpdate', web.on('/p', file(await bench.publisher.make())))],
      [exec('DownloadAndUpdate')],
    );
    await device.poke();
    await expect.poll(() => dm.alerts().length, { timeout: 10_000 }).toBe(2);
    expect(dm.alerts().map(({ type, data }) => `${type.split('.').at(-1)} ${data}`)).toEqual([
      'update 403',
      'downloadandupdate 200',
    ]);
  });

  it('F-031 F-066: DownloadAndUpdate fetches from its own PkgURL', async () => {
    const sealed = await bench.publisher.make();
    await bench.create({ accounts: [dm.account], timing: SOON });
    const device = await bench.start();
    dm.script = inTurn(
      [
        url('Download', web.on('/other', file(sealed))),
        url('DownloadAndUpdate', web.on('/own', file(sealed))),
      ],
      [exec('DownloadAndUpdate')],
    );
    await device.poke();
    expect(await bench.result()).toBe(200);
    expect([web.seen('/other').length, web.seen('/own').length]).toEqual([0, 1]);
  });

  it('F-071: data of an Exec that it does not know changes nothing', async () => {
    await bench.create({ accounts: [dm.account], heldPackage: await bench.publisher.make(), timing: SOON });
    const device = await bench.start();
    dm.script = inTurn([exec('Update', 'vendor-policy=later;abort')]);
    await device.poke();
    expect(dm.statusOf('exec')).toBe(202);
    expect(await bench.result()).toBe(200);
  });

  it('F-086: after the alert the operation is not tried again, whatever the sessions', async () => {
    const address = web.on('/p', (_, response) => void response.writeHead(404).end());
    await bench.create({ accounts: [dm.account], policy: { cleanUp: 'keep' }, timing: SOON });
    const device = await bench.start();
    dm.script = inTurn([url('DownloadAndUpdate', address)], [exec('DownloadAndUpdate')]);
    await device.poke();
    await expect.poll(() => dm.alerts().length, { timeout: 10_000 }).toBe(1);
    await device.whenIdle();
    const asked = web.requests.length;
    await device.poke();
    await device.stop();
    const again = await bench.start();
    await again.poke();
    await again.whenIdle();
    expect(dm.alerts()).toHaveLength(1);
    expect(web.requests).toHaveLength(asked);
    expect(again.status().roots[0]?.state).toBe(20);
  });

  it('F-087: an alert that is owed goes out in the session that a package 0 opened', async () => {
    await bench.create({
      accounts: [dm.account],
      heldPackage: await bench.publisher.make(),
      schedule: { wakePort: 0, wakeHost: '127.0.0.1' },
    });
    const device = await bench.start();
    await device.poke();
    dm.intercept = (_, response) => {
      response.writeHead(500).end();
      return true;
    };
    await device.startHeldUpdate();
    expect(await bench.result()).toBe(200);
    await bench.event((event) => event.kind === 'session' && event.phase === 'failed');
    dm.intercept = () => false;
    dm.events.length = 0;
    const key = {
      a: dm.serverAccount.server?.a ?? '',
      nonce: decodeBase64(dm.serverAccount.server?.nonce ?? '') ?? new Uint8Array(),
    };
    const trigger = { uiMode: 'background', initiator: 'server', sessionId: 7, serverId: 'bench' } as const;
    const socket = createSocket('udp4');
    socket.send(
      encodePush(encodeTrigger(trigger, key, digests)),
      device.status().wakePort ?? 0,
      '127.0.0.1',
      () => socket.close(),
    );
    await expect.poll(() => device.status().alertsOwed, { timeout: 10_000 }).toBe(0);
    const opened = dm.events.filter(({ kind }) => kind === 'opened' || kind === 'generic-alert');
    expect(opened).toMatchObject([{ trigger: 1200, sessionID: '7' }, { data: '200' }]);
  });
});

it('D-038: of a download that fills the room in the middle nothing is left', async () => {
  const sealed = await bench.publisher.make();
  // Without Content-Length: only the octets themselves show that there are too many.
  const address = web.on('/p', (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
    for (let at = 0; at < sealed.length; at += 50_000) response.write(sealed.subarray(at, at + 50_000));
    response.end();
  });
  await bench.create({ accounts: [dm.account], storage: { packageBytes: 200_000 }, timing: SOON });
  const device = await bench.start();
  dm.script = inTurn([url('DownloadAndUpdate', address)], [exec('DownloadAndUpdate')]);
  await device.poke();
  expect(await bench.result()).toBe(501);
  expect(bench.events.some((event) => event.kind === 'progress' && event.bytes > 0)).toBe(true);
  await expect.poll(() => readdir(join(bench.dir, 'staging'))).toEqual([]);
});

it('P-097 S-021: a secret that the server replaces counts from the next session on', async () => {
  await dm.close();
  dm = await DmServer.open('mac');
  await bench.create({ accounts: [dm.account] });
  const device = await bench.start();
  const uri = './DMAcc/1/AppAuth/1/AAuthSecret';
  dm.script = inTurn(
    [{ kind: 'replace', key: 'secret', uri, format: 'chr', data: 'another secret' }],
    [get('./DevDetail/FwV')],
  );
  expect(await device.poke()).toMatchObject({ outcome: 'ended' });
  expect([dm.statusOf('secret'), dm.valueOf('./DevDetail/FwV')]).toEqual([200, '1.0']);
  const failures = () => dm.events.filter(({ kind }) => kind === 'authentication-failed').length;
  const before = failures();
  dm.expectSecret('another secret');
  dm.script = () => [];
  expect(await device.poke()).toMatchObject({ outcome: 'ended' });
  expect(failures()).toBe(before);
});

describe.each([
  [{}, /^org\.openmobilealliance\.dm\.firmwareupdate\./],
  [{ alertPrefix: true }, /^Reversed-Domain-Name: org\.openmobilealliance\.dm\.firmwareupdate\./],
] as const)('I-046: with %j', (options, type) => {
  it('the Type of results and requests reads so', async () => {
    await bench.create({
      accounts: [dm.account],
      heldPackage: await bench.publisher.make(),
      timing: SOON,
      ...options,
    });
    const device = await bench.start();
    expect(await device.requestUpdate('user')).toMatchObject({ requestStatus: 200 });
    dm.script = inTurn([exec('Update')]);
    await device.poke();
    await expect.poll(() => device.status().alertsOwed === 0 && dm.alerts().length).toBe(2);
    for (const alert of dm.alerts()) expect(alert.type).toMatch(type);
  });
});

describe('a package that comes through PkgData', () => {
  const replacePackage = async () =>
    ({
      kind: 'replace',
      key: 'pkg',
      uri: `${ROOT}/Update/PkgData`,
      format: 'bin',
      data: dm.blob(await bench.publisher.make()),
    }) as const;
  const text = (octets: Uint8Array) => Buffer.from(octets).toString('utf8');

  it('F-047: leaves State as it is until the last piece', async () => {
    await bench.create({ accounts: [dm.account] });
    const device = await bench.start();
    const seen: (number | undefined)[] = [];
    dm.intercept = () => {
      seen.push(device.status().roots[0]?.state);
      return false;
    };
    dm.script = inTurn([await replacePackage()]);
    await device.poke();
    expect(seen.length).toBeGreaterThan(20);
    expect(new Set(seen.slice(0, -1))).toEqual(new Set([10]));
    expect([seen.at(-1), dm.statusOf('pkg')]).toEqual([50, 200]);
  });

  it('F-125: of another size than announced: 424, nothing kept, State unchanged', async () => {
    await bench.create({ accounts: [dm.account], encoding: 'xml' });
    const device = await bench.start();
    dm.alter = (octets) =>
      Buffer.from(text(octets).replace(/(<Size[^>]*>)(\d+)/, (_, tag, size) => `${tag}${Number(size) + 8}`));
    dm.script = inTurn([await replacePackage()]);
    await device.poke();
    expect(dm.statusOf('pkg')).toBe(424);
    expect(bench.states()).toEqual([]);
    expect(await readdir(join(bench.dir, 'staging'))).toEqual([]);
  });

  it('P-021: when the connection is lost in the middle nothing is kept, and the next session works', async () => {
    await bench.create({ accounts: [dm.account] });
    const device = await bench.start();
    const replace = await replacePackage();
    let pieces = 0;
    dm.intercept = (request) => {
      pieces += 1;
      if (pieces < 8) return false;
      request.socket.destroy();
      return true;
    };
    dm.script = inTurn([replace]);
    expect(await device.poke()).toMatchObject({ outcome: 'failed' });
    expect(dm.events.some(({ kind }) => kind === 'object-progress')).toBe(true);
    expect([bench.states(), await readdir(join(bench.dir, 'staging'))]).toEqual([[], []]);
    dm.intercept = () => false;
    dm.script = inTurn([replace]);
    expect(await device.poke()).toMatchObject({ outcome: 'ended' });
    expect([dm.statusOf('pkg'), bench.states()]).toEqual([200, [50]]);
  });

  it('F-126: with a command between two pieces: Alert 1225, nothing kept, the command is done', async () => {
    await bench.create({ accounts: [dm.account], encoding: 'xml' });
    const device = await bench.start();
    let pieces = 0;
    const other = `<Get><CmdID>90</CmdID><Item><Target><LocURI>${ROOT}/State</LocURI></Target></Item></Get>`;
    dm.alter = (octets) => {
      const message = text(octets);
      if (!message.includes('<MoreData')) return octets;
      pieces += 1;
      if (pieces !== 3) return octets;
      return Buffer.from(message.replace(/<Replace>.*<\/Replace>/s, other));
    };
    dm.script = inTurn([await replacePackage()], []);
    await device.poke();
    expect(dm.events).toContainEqual({ kind: 'object-failed', key: 'pkg', reason: 'no-end' });
    expect(dm.events).toContainEqual(expect.objectContaining({ kind: 'status', cmd: 'Get', code: 200 }));
    expect(bench.states()).toEqual([]);
    expect(device.status().roots[0]?.state).toBe(10);
  });
});
