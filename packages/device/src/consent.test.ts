import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, ROOT } from '../test/bench.ts';
import { DmServer, inTurn } from '../test/dm-server.ts';
import { file, WebServer } from '../test/web-server.ts';
import { DeviceHost } from './host.ts';
import type { DeviceOptions } from './options.ts';
import type { Question } from './ui/question.ts';
import type { Prompter } from './ui/user-interaction.ts';

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

/** A user who answers the questions in turn, and then with no. */
function user(...words: readonly ('yes' | 'no' | 'cancel')[]): Prompter & { readonly asked: Question[] } {
  const asked: Question[] = [];
  return {
    asked,
    ask: async (question) => {
      asked.push(question);
      return { kind: words[asked.length - 1] ?? 'no' };
    },
  };
}

/** DownloadAndUpdate by order of the server; the result code it is told. */
async function updated(
  options: Partial<Omit<DeviceOptions, 'timing'>>,
  prompter?: Prompter,
  url = '/p',
): Promise<string | undefined> {
  web.on('/p', file(await bench.publisher.make()));
  await bench.create({
    accounts: [dm.account],
    timing: { sessionRetryMs: 20, sessionRetryMaxMs: 40 },
    ...options,
  });
  const host = new DeviceHost(prompter === undefined ? {} : { prompter });
  host.onEvent((_, event) => void bench.events.push(event));
  const device = await host.start(bench.dir);
  dm.script = inTurn(
    [
      {
        kind: 'replace',
        key: 'url',
        uri: `${ROOT}/DownloadAndUpdate/PkgURL`,
        format: 'chr',
        data: `${web.url}${url}`,
      },
      { kind: 'exec', key: 'exec', uri: `${ROOT}/DownloadAndUpdate`, correlator: 'c' },
    ],
    [],
  );
  await device.poke();
  await expect.poll(() => dm.alerts().length, { timeout: 5000 }).toBe(1);
  await host.stop();
  return String(dm.alerts()[0]?.data);
}

describe('consent', () => {
  it('F-096: the user is asked before the download and before the update', async () => {
    const person = user('yes', 'yes');
    expect(await updated({}, person)).toBe('200');
    expect(person.asked.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'confirm: New firmware can be downloaded. Download it now?',
      'confirm: Bench firmware 2.0 is ready. Install it now? The device restarts.',
    ]);
  });

  it('F-096: a no before the download ends with 401, nothing is fetched', async () => {
    expect(await updated({}, user('no'))).toBe('401');
    expect(web.requests).toEqual([]);
    expect(bench.states()).toEqual([30, 20]);
  });

  it.each([
    'no',
    'cancel',
  ] as const)('F-060: %s before the update ends with 401, the package is kept', async (word) => {
    expect(await updated({}, user('yes', word))).toBe('401');
    expect(bench.states()).toEqual([30, 40, 50]);
  });

  it('F-060: no before an Update that was ordered alone', async () => {
    await bench.create({ accounts: [dm.account], heldPackage: await bench.publisher.make() });
    const host = new DeviceHost({ prompter: user('no') });
    host.onEvent((_, event) => void bench.events.push(event));
    const device = await host.start(bench.dir);
    await device.startHeldUpdate();
    await expect.poll(() => device.status().roots[0]).toMatchObject({ state: 50, lastResult: 401 });
    expect(bench.states()).toEqual([60, 50]);
    await host.stop();
  });

  it('nobody is there: the policy decides', async () => {
    expect(await updated({ policy: { consent: { download: 'yes', update: 'no' } } })).toBe('401');
    expect(bench.states()).toEqual([30, 40, 50]);
  });

  it('the policy spares the user the question', async () => {
    const person = user('no');
    expect(await updated({ policy: { consent: { download: 'yes', update: 'yes' } } }, person)).toBe('200');
    expect(person.asked).toEqual([]);
  });
});

describe('when it is installed', () => {
  const waits = { policy: { install: 'when-idle' } } as const;
  const described = async (installParam: string): Promise<string> => {
    const size = (await bench.publisher.make()).length;
    web.on('/dd', (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/vnd.oma.dd+xml' });
      response.end(
        `<media><type>application/octet-stream</type><size>${size}</size><objectURI>/p</objectURI><installParam>${installParam}</installParam></media>`,
      );
    });
    return '/dd';
  };
  /** Milliseconds between State 50 and 60. */
  const waited = (): number => {
    const at = (state: number) =>
      bench.events.find((event) => event.kind === 'state' && event.state === state)?.at ?? 0;
    return at(60) - at(50);
  };

  it('when the device is idle, if the policy says so', async () => {
    expect(await updated({ ...waits }, undefined, await described('lang=en'))).toBe('200');
    expect(waited()).toBeGreaterThanOrEqual(20);
  });

  it('D-021: a critical one at once', async () => {
    const never = { installIdleMs: 600_000 };
    web.on('/p', file(await bench.publisher.make()));
    await bench.create({
      accounts: [dm.account],
      ...waits,
      timing: { sessionRetryMs: 20, sessionRetryMaxMs: 40, ...never },
    });
    const device = await bench.start();
    const url = `${web.url}${await described('a=b; priorityflag=critical')}`;
    dm.script = inTurn(
      [
        { kind: 'replace', key: 'url', uri: `${ROOT}/DownloadAndUpdate/PkgURL`, format: 'chr', data: url },
        { kind: 'exec', key: 'exec', uri: `${ROOT}/DownloadAndUpdate` },
      ],
      [],
    );
    await device.poke();
    expect(await bench.result()).toBe(200);
  });
});

describe('what the user does with the alerts of a server', () => {
  const question = { kind: 'alert', key: 'ask', code: 1101, items: ['MAXDT=5', 'Go on?'] } as const;
  const rest = [
    { kind: 'get', key: 'get', uri: './DevDetail/FwV' },
    { kind: 'exec', key: 'exec', uri: `${ROOT}/Update` },
  ] as const;

  it('F-075: cancel: 214, and the rest of the message is not executed (215)', async () => {
    await bench.create({
      accounts: [dm.account],
      heldPackage: await bench.publisher.make(),
      policy: { user: { confirm: 'cancel' } },
    });
    const device = await bench.start();
    dm.script = inTurn([question, ...rest]);
    await device.poke();
    expect(['ask', 'get', 'exec'].map((key) => dm.statusOf(key))).toEqual([214, 215, 215]);
    expect(device.status().roots[0]).toMatchObject({ state: 50, operation: undefined });
  });

  it('P-053: a No directly in the message stops nothing else', async () => {
    await bench.create({ accounts: [dm.account], policy: { user: { confirm: 'no' } } });
    const device = await bench.start();
    dm.script = inTurn([question, rest[0]]);
    await device.poke();
    expect(['ask', 'get'].map((key) => dm.statusOf(key))).toEqual([304, 200]);
  });
});

describe('S-023: the scheme of the first message', () => {
  const schemes = (): readonly unknown[] =>
    dm.events.flatMap((event) => (event.kind === 'authenticated' ? [event.scheme] : []));

  it('AAuthPref goes before the type of the credentials', async () => {
    await dm.close();
    dm = await DmServer.open('mac');
    const account = dm.account;
    await bench.create({
      accounts: [{ ...account, client: { ...account.client, scheme: 'md5' }, authPref: 'mac' }],
    });
    const device = await bench.start();
    await device.poke();
    expect(schemes()).toEqual(['mac']);
  });

  it('without it, what was negotiated last: no challenge in the second session', async () => {
    await dm.close();
    dm = await DmServer.open('mac');
    const account = dm.account;
    await bench.create({ accounts: [{ ...account, client: { ...account.client, scheme: 'md5' } }] });
    const device = await bench.start();
    expect(await device.poke()).toMatchObject({ outcome: 'ended' });
    const first = dm.requests;
    expect(await device.poke()).toMatchObject({ outcome: 'ended' });
    expect(dm.requests - first).toBeLessThan(first);
    expect(schemes()).toEqual(['mac', 'mac']);
  });
});
