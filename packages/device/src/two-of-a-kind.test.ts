/** Two servers, two firmware objects, and a user who changes his mind in the middle of a download. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, ROOT } from '../test/bench.ts';
import { DmServer, inTurn } from '../test/dm-server.ts';
import { file, WebServer } from '../test/web-server.ts';

const SOON = { sessionRetryMs: 20, sessionRetryMaxMs: 40 };
const OTHER = './FwUpdate/Modem';

let bench: Bench;
let dm: DmServer;
let web: WebServer;
beforeEach(async () => {
  bench = await Bench.open();
  dm = await DmServer.open();
  web = await WebServer.open();
});
afterEach(async () => {
  await bench.close();
  await dm.close();
  await web.close();
});

const download = (root: string, url: string, correlator: string) =>
  [
    { kind: 'replace', key: `url ${root}`, uri: `${root}/Download/PkgURL`, format: 'chr', data: url },
    { kind: 'exec', key: `exec ${root}`, uri: `${root}/Download`, correlator },
  ] as const;

describe('two accounts', () => {
  let second: DmServer;
  beforeEach(async () => {
    second = await DmServer.open('md5', undefined, 'second');
  });
  afterEach(async () => {
    await second.close();
  });

  it('F-083: each alert goes to the server that issued the Exec, and to no other', async () => {
    await bench.create({ accounts: [dm.account, second.account], timing: SOON });
    const device = await bench.start();
    second.script = inTurn(
      download(
        ROOT,
        web.on('/none', (_, response) => void response.writeHead(404).end()),
        'of second',
      ),
      [],
    );
    await device.poke('second');
    await expect.poll(() => second.alerts().length, { timeout: 5000 }).toBe(1);
    expect(second.alerts()[0]).toMatchObject({ correlator: 'of second', data: '411' });
    await device.poke('bench');
    expect(dm.alerts()).toEqual([]);
    dm.script = inTurn(download(ROOT, `${web.url}/none`, 'of first'), []);
    await device.poke('bench');
    await expect.poll(() => dm.alerts().length, { timeout: 5000 }).toBe(1);
    expect(dm.alerts()[0]).toMatchObject({ correlator: 'of first' });
    await device.poke('second');
    expect(second.alerts()).toHaveLength(1);
  });

  it('F-083: the alert waits for its own server while that is away', async () => {
    await bench.create({ accounts: [dm.account, second.account], timing: SOON });
    const device = await bench.start();
    second.script = inTurn(download(ROOT, `${web.url}/none`, 'c'), []);
    let away = false;
    second.intercept = (request) => {
      if (away) request.socket.destroy();
      return away;
    };
    web.on('/none', (_, response) => {
      away = true;
      response.writeHead(404).end();
    });
    await device.poke('second').catch(() => {});
    await expect.poll(() => device.status().alertsOwed).toBe(1);
    await device.poke('bench');
    expect(dm.alerts()).toEqual([]);
    away = false;
    await expect.poll(() => device.status().alertsOwed, { timeout: 5000 }).toBe(0);
    // Sessions that fail meanwhile may carry it too: it is owed until one has answered (F-085).
    expect(new Set(second.alerts().map(({ correlator }) => correlator))).toEqual(new Set(['c']));
    expect(dm.alerts()).toEqual([]);
  });
});

describe('two roots', () => {
  it('F-037: State, URL and correlator of each are its own', async () => {
    await bench.create({ accounts: [dm.account], fumo: [{ uri: ROOT }, { uri: OTHER }], timing: SOON });
    const device = await bench.start();
    const good = web.on('/good', file(await bench.publisher.make()));
    const bad = web.on('/bad', (_, response) => void response.writeHead(404).end());
    dm.script = inTurn(download(ROOT, good, 'main job'), download(OTHER, bad, 'modem job'), []);
    await device.poke();
    expect([ROOT, OTHER].map((root) => dm.statusOf(`exec ${root}`))).toEqual([202, 202]);
    await expect.poll(() => dm.alerts().length, { timeout: 5000 }).toBe(2);
    const told = dm.alerts().map(({ source, correlator, data }) => `${source} ${correlator} ${data}`);
    expect(told.sort()).toEqual([`${ROOT} main job 200`, `${OTHER} modem job 411`]);
    const uris = [ROOT, OTHER].flatMap((root) => [`${root}/State`, `${root}/Download/PkgURL`]);
    dm.script = inTurn(uris.map((uri) => ({ kind: 'get', key: uri, uri }) as const));
    await device.poke();
    expect(uris.map((uri) => dm.valueOf(uri))).toEqual(['50', good, '20', bad]);
  });
});

describe('the user stops the download', () => {
  /** Sends the first half of the package, and no more. */
  async function stuck(): Promise<string> {
    const octets = await bench.publisher.make();
    return web.on('/p', (_, response) => {
      response.writeHead(200, {
        'Content-Type': 'application/octet-stream',
        'Content-Length': octets.length,
      });
      response.write(octets.subarray(0, octets.length / 2));
    });
  }

  async function stopped(url: string): Promise<void> {
    await bench.create({ accounts: [dm.account], timing: { ...SOON, idleMs: 20_000 } });
    const device = await bench.start();
    expect(() => device.cancelDownload()).toThrow('no download runs');
    dm.script = inTurn(download(ROOT, url, 'c'), []);
    await device.poke();
    await bench.event((event) => event.kind === 'progress' && event.step === 'download');
    device.cancelDownload();
    await expect.poll(() => dm.alerts().length, { timeout: 5000 }).toBe(1);
    expect(dm.alerts()[0]).toMatchObject({ correlator: 'c', data: '401', mark: 'warning' });
    expect(bench.states()).toEqual([30, 20]);
    expect(web.seen('/p')).toHaveLength(1);
  }

  it('F-059: State 20 and result 401', async () => {
    await stopped(await stuck());
  });

  it('F-059 D-036: with a descriptor the report is 902', async () => {
    const objectURI = await stuck();
    const size = (await bench.publisher.make()).length;
    const notify = web.on('/n', (_, response) => void response.writeHead(200).end());
    const dd = `<media><type>application/octet-stream</type><size>${size}</size><objectURI>${objectURI}</objectURI><installNotifyURI>${notify}</installNotifyURI></media>`;
    const url = web.on('/dd', (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/vnd.oma.dd+xml' }).end(dd);
    });
    await stopped(url);
    expect(web.seen('/n').map(({ body }) => body)).toEqual(['902 User Cancelled']);
  });
});
