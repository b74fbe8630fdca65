import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, NEW_IMAGE, ROOT, sha256Of } from '../test/bench.ts';
import { DmServer, inTurn } from '../test/dm-server.ts';

let bench: Bench;
let dm: DmServer;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(async () => {
  await bench.close();
  await dm.close();
});

const SOON = { sessionRetryMs: 20, sessionRetryMaxMs: 40 };
const get = (uri: string) => ({ kind: 'get', key: uri, uri }) as const;
const exec = (operation: string, correlator?: string) =>
  ({
    kind: 'exec',
    key: 'exec',
    uri: `${ROOT}/${operation}`,
    ...(correlator === undefined ? {} : { correlator }),
  }) as const;

describe.each(['wbxml', 'xml'] as const)('%s', (encoding) => {
  describe.each(['md5', 'mac'] as const)('%s', (scheme) => {
    it('F-010 F-046 F-063 F-069 F-076 F-078 F-079 F-081 F-084: PkgData in chunks, Exec Update, one alert later', async () => {
      dm = await DmServer.open(scheme);
      await bench.create({ accounts: [dm.account], encoding, timing: SOON });
      const device = await bench.start();
      const data = dm.blob(await bench.publisher.make());
      dm.script = inTurn(
        [get('./DevDetail/FwV'), get(`${ROOT}/State`)],
        [
          {
            kind: 'replace',
            key: 'pkg',
            uri: `${ROOT}/Update/PkgData`,
            format: 'bin',
            type: 'application/octet-stream',
            data,
          },
        ],
        [get(`${ROOT}/State`)],
        [exec('Update', 'job <A> &amp; 1')],
        [],
      );
      expect(await device.poke()).toMatchObject({ outcome: 'ended' });
      expect(dm.valueOf('./DevDetail/FwV')).toBe('1.0');
      expect(dm.statusOf('pkg')).toBe(200);
      expect(dm.valueOf(`${ROOT}/State`)).toBe('50');
      expect(dm.statusOf('exec')).toBe(202);
      dm.script = () => [];
      await expect
        .poll(() => device.status().alertsOwed === 0 && dm.alerts().length > 0, { timeout: 5000 })
        .toBe(true);
      expect(dm.alerts()).toHaveLength(1);
      expect(dm.alerts()[0]).toMatchObject({
        correlator: 'job <A> &amp; 1',
        source: ROOT,
        type: 'org.openmobilealliance.dm.firmwareupdate.update',
        format: 'int',
        data: '200',
        complete: true,
      });
      expect(bench.states()).toEqual([50, 60, 90, 100]);
      expect(device.status()).toMatchObject({ fwV: '2.0', imageSha256: sha256Of(NEW_IMAGE) });
      dm.script = inTurn([get('./DevDetail/FwV'), get(`${ROOT}/State`)]);
      await device.poke();
      expect(dm.valueOf('./DevDetail/FwV')).toBe('2.0');
      expect(dm.valueOf(`${ROOT}/State`)).toBe('100');
    });
  });
});

describe('what a server may do', () => {
  beforeEach(async () => {
    dm = await DmServer.open();
  });

  it('F-065 F-067 F-068: Exec without a URL or a package is answered 405 and never followed by an alert', async () => {
    await bench.create({ accounts: [dm.account] });
    const device = await bench.start();
    for (const operation of ['Download', 'Update', 'DownloadAndUpdate']) {
      dm.script = inTurn([exec(operation, 'c')]);
      await device.poke();
      expect(dm.statusOf('exec')).toBe(405);
    }
    expect(device.status()).toMatchObject({ alertsOwed: 0, roots: [{ state: 10 }] });
  });

  it('F-032 F-033 F-035: PkgData can not be read, State not written, leaves and the root not executed', async () => {
    await bench.create({ accounts: [dm.account] });
    const device = await bench.start();
    const state = { kind: 'replace', key: 'set', uri: `${ROOT}/State`, format: 'int', data: '50' } as const;
    dm.script = inTurn(
      [get(`${ROOT}/Update/PkgData`), state],
      [exec('State')],
      [{ kind: 'exec', key: 'root', uri: ROOT }],
      [{ kind: 'exec', key: 'ext', uri: `${ROOT}/Ext` }],
    );
    await device.poke();
    expect([`${ROOT}/Update/PkgData`, 'set', 'exec', 'root', 'ext'].map((key) => dm.statusOf(key))).toEqual([
      405, 405, 405, 405, 405,
    ]);
    expect(device.status().roots[0]?.state).toBe(10);
  });

  it('F-028 F-029 F-026 F-030 F-031: the object shows its nodes, and the name and version of the package it holds', async () => {
    await bench.create({
      accounts: [dm.account],
      heldPackage: await bench.publisher.make({ version: '1.5' }),
    });
    const device = await bench.start();
    dm.script = inTurn(
      [get(ROOT), get(`${ROOT}?prop=Type`)],
      [get(`${ROOT}/PkgName`), get(`${ROOT}/PkgVersion`)],
    );
    await device.poke();
    expect(dm.valueOf(ROOT)?.split('/').sort()).toEqual([
      'Download',
      'DownloadAndUpdate',
      'Ext',
      'PkgName',
      'PkgVersion',
      'State',
      'Update',
    ]);
    expect(dm.valueOf(`${ROOT}?prop=Type`)).toBe('urn:oma:mo:oma-fumo:1.0');
    expect([dm.valueOf(`${ROOT}/PkgName`), dm.valueOf(`${ROOT}/PkgVersion`)]).toEqual([
      'Bench firmware',
      '1.5',
    ]);
    dm.script = inTurn([get(`${ROOT}/Download`), get(`${ROOT}/DownloadAndUpdate`)]);
    await device.poke();
    expect([dm.valueOf(`${ROOT}/Download`), dm.valueOf(`${ROOT}/DownloadAndUpdate`)]).toEqual([
      'PkgURL',
      'PkgURL',
    ]);
  });

  it('F-077: no Correlator in the alert when the Exec had none', async () => {
    await bench.create({ accounts: [dm.account], heldPackage: await bench.publisher.make(), timing: SOON });
    const device = await bench.start();
    dm.script = inTurn([exec('Update')]);
    await device.poke();
    await expect.poll(() => dm.alerts().length, { timeout: 5000 }).toBe(1);
    expect(dm.alerts()[0]).not.toHaveProperty('correlator');
  });

  it('F-082: the alert of a failure has the mark critical', async () => {
    await bench.create({
      accounts: [dm.account],
      heldPackage: await bench.publisher.make({ models: ['other'] }),
      timing: SOON,
    });
    const device = await bench.start();
    dm.script = inTurn([exec('Update', 'x')]);
    await device.poke();
    await expect.poll(() => dm.alerts().length, { timeout: 5000 }).toBe(1);
    expect(dm.alerts()[0]).toMatchObject({ data: '403', mark: 'critical', correlator: 'x' });
  });

  it('F-064: a synchronous device answers 200, and the alert is still sent', async () => {
    await bench.create({
      accounts: [dm.account],
      heldPackage: await bench.publisher.make(),
      policy: { exec: 'synchronous' },
      timing: SOON,
    });
    const device = await bench.start();
    dm.script = inTurn([exec('Update', 'sync')]);
    await device.poke();
    expect(dm.statusOf('exec')).toBe(200);
    await expect.poll(() => dm.alerts().length).toBe(1);
    expect(device.status().alertsOwed).toBe(0);
  });

  it('F-053: new PkgData replaces the held package, and is what the next Exec installs', async () => {
    const held = await bench.publisher.make({ release: 3, version: '3.0' });
    await bench.create({ accounts: [dm.account], heldPackage: held });
    const device = await bench.start();
    const replace = (data: Uint8Array) =>
      ({
        kind: 'replace',
        key: 'pkg',
        uri: `${ROOT}/Update/PkgData`,
        format: 'bin',
        data: dm.blob(data),
      }) as const;
    dm.script = inTurn([replace(await bench.publisher.make())]);
    await device.poke();
    expect(dm.statusOf('pkg')).toBe(200);
    expect(bench.states()).toEqual([10, 50]);
    dm.script = inTurn([exec('Update')]);
    await device.poke();
    expect(await bench.result()).toBe(200);
    expect(device.status()).toMatchObject({ fwV: '2.0', release: 2 });
  });

  it('F-054: empty PkgData deletes the held package', async () => {
    await bench.create({ accounts: [dm.account], heldPackage: await bench.publisher.make() });
    const device = await bench.start();
    const uri = `${ROOT}/Update/PkgData`;
    dm.script = inTurn([{ kind: 'replace', key: 'pkg', uri, format: 'bin', data: undefined }]);
    await device.poke();
    expect(dm.statusOf('pkg')).toBe(200);
    expect(bench.states()).toEqual([10]);
  });

  it('F-128: no room for the package → 420, State unchanged', async () => {
    await bench.create({ accounts: [dm.account], simulate: { noSpace: 'package' } });
    const device = await bench.start();
    const data = dm.blob(await bench.publisher.make());
    dm.script = inTurn([{ kind: 'replace', key: 'pkg', uri: `${ROOT}/Update/PkgData`, format: 'bin', data }]);
    await device.poke();
    expect(dm.statusOf('pkg')).toBe(420);
    expect(device.status().roots[0]?.state).toBe(10);
  });

  it('F-127: a transfer that the power cut off leaves the held package; a new one works', async () => {
    await bench.create({
      accounts: [dm.account],
      heldPackage: await bench.publisher.make({ version: '1.5' }),
      simulate: { powerCutAt: 'receiving' },
    });
    const device = await bench.start();
    const data = dm.blob(await bench.publisher.make());
    const send = () =>
      inTurn([{ kind: 'replace', key: 'pkg', uri: `${ROOT}/Update/PkgData`, format: 'bin', data }]);
    dm.script = send();
    expect(await device.poke()).toMatchObject({ outcome: 'failed' });
    await bench.event(({ kind }) => kind === 'stopped');
    const again = await bench.start();
    expect(again.status().roots[0]).toMatchObject({ state: 50 });
    dm.script = send();
    await again.poke();
    expect(dm.statusOf('pkg')).toBe(200);
    await again.startHeldUpdate();
    expect(await bench.result()).toBe(200);
    expect(again.status().fwV).toBe('2.0');
  });

  it('F-085: the alert comes again until it has a Status, over a restart, and the update is not repeated', async () => {
    await bench.create({ accounts: [dm.account], heldPackage: await bench.publisher.make(), timing: SOON });
    dm.intercept = (_, response) => {
      response.writeHead(500).end();
      return true;
    };
    const device = await bench.start();
    await device.startHeldUpdate();
    await bench.result();
    await expect.poll(() => dm.requests).toBeGreaterThan(2);
    expect(device.status().alertsOwed).toBe(1);
    await device.stop();
    dm.intercept = () => false;
    const again = await bench.start();
    await expect.poll(() => again.status().alertsOwed).toBe(0);
    expect(dm.alerts()).toHaveLength(1);
    expect(bench.states()).toEqual([60, 90, 100]);
  });

  it('F-085: a Status that is not 2xx ends the retries too', async () => {
    await bench.create({ accounts: [dm.account], heldPackage: await bench.publisher.make(), timing: SOON });
    dm.alertStatus = 415;
    const device = await bench.start();
    await device.startHeldUpdate();
    await bench.result();
    await expect.poll(() => device.status().alertsOwed).toBe(0);
    await device.poke();
    expect(dm.alerts()).toHaveLength(1);
  });

  it.each([
    ['user', 'userrequest', 200],
    ['device', 'devicerequest', 202],
  ] as const)('F-114 F-115 F-116 F-121: a %s request says %s with empty Data and learns its status', async (by, type, status) => {
    await bench.create({ accounts: [dm.account] });
    dm.alertStatus = status;
    const device = await bench.start();
    expect(await device.requestUpdate(by)).toMatchObject({ outcome: 'ended', requestStatus: status });
    expect(dm.alerts()[0]).toMatchObject({
      type: `org.openmobilealliance.dm.firmwareupdate.${type}`,
      data: '',
      complete: true,
    });
    expect(dm.alerts()[0]).not.toHaveProperty('source');
    await device.requestUpdate(by, { root: ROOT });
    expect(dm.alerts()[1]).toMatchObject({ source: ROOT });
    await expect(device.requestUpdate(by, { root: './Nowhere' })).rejects.toMatchObject({ code: 'no-root' });
  });

  it('F-133: an update that ends while the session is open is reported in it', async () => {
    await bench.create({
      accounts: [dm.account],
      heldPackage: await bench.publisher.make({ models: ['other'] }),
    });
    const device = await bench.start();
    let turns = 0;
    dm.script = () => {
      turns += 1;
      if (turns === 1) return [exec('Update', 'same')];
      return dm.alerts().length === 0 ? [get(`${ROOT}/State`)] : [];
    };
    await device.poke();
    expect(dm.alerts()[0]).toMatchObject({ correlator: 'same', data: '403' });
    expect(dm.events.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
    expect(device.status().alertsOwed).toBe(0);
  });

  it.each([
    [true, 'true', 200],
    [false, 'false', 406],
  ])('S-012: LrgObj %s is told as %s, and a first piece is answered so', async (largeObjects, told, status) => {
    await bench.create({ accounts: [dm.account], largeObjects });
    const device = await bench.start();
    const data = dm.blob(await bench.publisher.make());
    const uri = `${ROOT}/Update/PkgData`;
    dm.script = inTurn(
      [get('./DevDetail/LrgObj')],
      [{ kind: 'replace', key: 'pkg', uri, format: 'bin', data }],
    );
    await device.poke();
    expect(dm.valueOf('./DevDetail/LrgObj')).toBe(told);
    expect(dm.statusOf('pkg')).toBe(status);
  });

  it('F-083: of two servers the one that issued the Exec gets the alert', async () => {
    const other = await DmServer.open();
    await bench.create({
      accounts: [dm.account, { ...other.account, serverId: 'other' }],
      heldPackage: await bench.publisher.make(),
      timing: SOON,
    });
    const device = await bench.start();
    other.script = inTurn([exec('Update', 'theirs')]);
    await device.poke('other');
    expect(other.statusOf('exec')).toBe(202);
    // Theirs is away when the update ends; ours opens a session meanwhile and hears nothing of it.
    other.intercept = (_, response) => {
      response.writeHead(500).end();
      return true;
    };
    expect(await bench.result()).toBe(200);
    expect(device.status().alertsOwed).toBe(1);
    await device.poke('bench');
    expect(dm.alerts()).toEqual([]);
    expect(device.status().alertsOwed).toBe(1);
    other.intercept = () => false;
    await expect.poll(() => other.alerts().length, { timeout: 5000 }).toBe(1);
    await expect.poll(() => device.status().alertsOwed).toBe(0);
    expect(dm.alerts()).toEqual([]);
    expect(other.alerts()[0]).toMatchObject({ correlator: 'theirs', data: '200' });
    await other.close();
  });

  it('P-024: a message without an answer goes out again with the same octets', async () => {
    await bench.create({ accounts: [dm.account] });
    const device = await bench.start();
    dm.intercept = (request) => {
      if (dm.requests !== 1) return false;
      request.socket.destroy();
      return true;
    };
    expect(await device.poke()).toMatchObject({ outcome: 'ended' });
    expect(dm.events.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
  });

  it('P-024: after a few tries with the same octets it gives up', async () => {
    await bench.create({ accounts: [dm.account], timing: { messageTries: 3 } });
    const device = await bench.start();
    const bodies: Buffer[] = [];
    dm.intercept = (request) => {
      void request.toArray().then((chunks) => {
        bodies.push(Buffer.concat(chunks));
        request.socket.destroy();
      });
      return true;
    };
    expect(await device.poke()).toMatchObject({ outcome: 'failed' });
    expect(bodies).toHaveLength(3);
    expect(bodies.every((body) => body.length > 0 && body.equals(bodies[0] ?? Buffer.of()))).toBe(true);
  });

  it('P-114: HTTP 429 is the server’s wish to be left alone', async () => {
    await bench.create({ accounts: [dm.account] });
    const device = await bench.start();
    dm.intercept = (_, response) => {
      response.writeHead(429, { 'Retry-After': '1' }).end();
      return true;
    };
    expect(await device.poke()).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('busy') });
    expect(dm.requests).toBe(1);
  });

  it('P-114: HTTP 503 with Retry-After ends the session for now', async () => {
    await bench.create({ accounts: [dm.account] });
    const device = await bench.start();
    dm.intercept = (_, response) => {
      response.writeHead(503, { 'Retry-After': '1' }).end();
      return true;
    };
    expect(await device.poke()).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('busy') });
    expect(dm.requests).toBe(1);
  });

  it('P-119: nothing is sent to plain http without the explicit setting', async () => {
    const { allowHttp: _, ...account } = dm.account;
    await bench.create({ accounts: [account] });
    const device = await bench.start();
    expect(await device.poke()).toMatchObject({ outcome: 'failed' });
    expect(dm.requests).toBe(0);
  });
});
