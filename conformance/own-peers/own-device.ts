import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckResult, conformClient, type Scheme, type TestPackage } from '@fumarole/conform';
import type { Encoding } from '@fumarole/syncml';
import { MANUFACTURER, newTestPublisher, QUICK, type TestPublisher } from '@fumarole/testkit';
import { Child } from './child.ts';
import type { DeviceChildOptions } from './device-child.ts';

export interface DeviceTrial {
  readonly scheme: Scheme;
  readonly encoding: Encoding;
  readonly fault?: string;
  readonly only?: readonly string[];
}

const CLIENT = { name: 'urn:conform:1', secret: 'the-secret-of-the-client' };
const SERVER = { name: 'conform.example.com', secret: 'the-secret-of-the-server' };
const MODEL = 'C1';
const PACKAGES = 6;

/** Our device, with a fault in it or none, looked at over the wire. */
export async function tryDevice({
  scheme,
  encoding,
  fault,
  only,
}: DeviceTrial): Promise<readonly CheckResult[]> {
  const dir = await mkdtemp(join(tmpdir(), 'fumarole-conform-'));
  const publisher = newTestPublisher();
  let child: Child | undefined;
  let busy: Promise<unknown> = Promise.resolve();
  const says = (word: string) => async (): Promise<void> => {
    const said = child?.ask(word) ?? Promise.resolve();
    busy = said.catch(() => undefined);
    await busy;
  };
  try {
    const packages = only === undefined ? await packagesOf(publisher) : [];
    return await conformClient(
      {
        host: '127.0.0.1',
        port: 0,
        account: CLIENT,
        server: SERVER,
        scheme,
        packages,
        timeoutMs: 5_000,
        sessionMs: 10_000,
        resultMs: 20_000,
        quietMs: 700,
        trigger: says('poke'),
        request: says('request'),
      },
      {
        ...(only === undefined ? {} : { only }),
        listening: (url) => {
          const options = { dir: join(dir, 'device'), options: optionsOf(url, scheme, encoding, publisher) };
          void start(options, fault).then((started) => {
            child = started;
            return says('poke')();
          });
        },
      },
    );
  } finally {
    await child?.end();
    await busy;
    await rm(dir, { recursive: true, force: true });
  }
}

async function start(options: DeviceChildOptions, fault: string | undefined): Promise<Child> {
  const child = new Child('conformance/own-peers/device-child.ts', options, fault);
  await child.next();
  return child;
}

function optionsOf(
  url: string,
  scheme: Scheme,
  encoding: Encoding,
  { publicKey }: TestPublisher,
): DeviceChildOptions['options'] {
  return {
    identity: { devId: CLIENT.name, man: MANUFACTURER, mod: MODEL, hwV: '1' },
    accounts: [
      {
        serverId: SERVER.name,
        url,
        allowHttp: true,
        client: { scheme, ...CLIENT },
        server: { scheme, ...SERVER },
      },
    ],
    encoding,
    maxObjSize: 8_000_000,
    trust: { publishers: [Buffer.from(publicKey).toString('hex')] },
    // Long enough for a check that keeps a download from ending, and for `Retry-After: 1`.
    timing: { ...QUICK, idleMs: 10_000, retryAfterMaxMs: 2_000 },
  };
}

function packagesOf(publisher: TestPublisher): Promise<readonly TestPackage[]> {
  return Promise.all(
    Array.from({ length: PACKAGES }, async (_, at) => {
      const release = at + 2;
      const version = `${release}.0`;
      const image = Buffer.from(`image ${version} `.repeat(3000));
      return { octets: await publisher.make({ image, version, release, models: [MODEL] }), version };
    }),
  );
}
