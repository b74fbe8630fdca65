import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DeviceHost } from '@fumarole/device';
import { type ApiPackage, type ApiPublisherKey, type RunningServer, startServer } from '@fumarole/server';
import { ApiClient } from '../api-client.ts';
import { CliError } from '../cli-error.ts';
import { DEFAULT_DATA, writeClientConfig } from '../client-config.ts';
import { type Ending, type Followed, follow } from './follow.ts';
import { createHub } from './hub-device.ts';
import { readHubImage } from './hub-images.ts';
import type { Screen } from './hub-row.ts';
import { HUB_PLANS, type HubPlan } from './hubs.ts';
import { newPublisher } from './publisher.ts';

const OLD = '7.27.0';
const NEW = '7.28.0';
const OLD_RELEASE = 40_004;
const NEW_RELEASE = 40_005;
/** All seven are done in seconds; a machine that needs longer than this has another trouble. */
const TIMEOUT_MS = 240_000;
/** Names a folder as ours, to be emptied at the next run. */
const MARKER = 'main-job.json';

export interface MainJobOptions {
  /** Folder of the demonstration; emptied at each run. */
  readonly data: string;
  /** Port of the server; a free one is taken when it is busy. */
  readonly port: number;
  /** Filled while running, so that the caller can stop what runs. */
  readonly screen: Screen;
}

/** What runs after the updates: the server stays up and the hubs keep polling until it is stopped. */
export interface MainJob {
  readonly url: string;
  readonly endings: readonly Ending[];
  stop(): Promise<void>;
}

/** The main job: server, seven hubs with the old firmware, the new one published, every hub updated by another flow. */
export async function runMainJob(options: MainJobOptions): Promise<MainJob> {
  const data = resolve(options.data);
  await emptyFolder(data);
  const server = await openServer(data, options.port);
  const host = new DeviceHost();
  const stop = async () => {
    await host.stop();
    await server.close();
  };
  try {
    const token = server.adminToken;
    if (token === undefined) throw new CliError('no-server', 'The server gave no token.');
    keepClientConfig(data, options.data, server.url, token);
    options.screen.say(`Fumarole at ${server.url}  (API documentation: ${server.url}/api/docs)`);
    const api = new ApiClient({ server: server.url, token });
    const followed = await prepare(api, host, join(data, 'devices'));
    options.screen.say(
      `Seven hubs run v4.0.0b4; v4.0.0b5 is published. Each is updated through another flow.\n`,
    );
    const following = follow(api, followed, options.screen, TIMEOUT_MS);
    await Promise.all(followed.map((hub) => setGoing(api, hub)));
    return { url: server.url, endings: await following, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepare(api: ApiClient, host: DeviceHost, folder: string): Promise<readonly Followed[]> {
  const publisher = newPublisher(Date.now);
  await api.post<ApiPublisherKey>('/publisher-keys', {
    json: { name: 'main job', publicKey: Buffer.from(publisher.publicKey).toString('base64') },
  });
  const followed: Followed[] = [];
  for (const plan of HUB_PLANS) {
    const before = readHubImage(plan.hub, OLD);
    const after = readHubImage(plan.hub, NEW);
    const sealed = await publisher.publish(after, NEW_RELEASE, before.version);
    const hub = await createHub(plan, {
      api,
      folder,
      image: before,
      release: OLD_RELEASE,
      publisher: publisher.publicKey,
      heldPackage: plan.holdsPackage === true ? sealed : undefined,
    });
    const published = await uploadPackage(api, folder, plan, sealed);
    followed.push({
      hub,
      packageId: published.id,
      handle: await host.start(hub.dir),
      total: sealed.length,
      imageSha256: createHash('sha256').update(after.image).digest('hex'),
      version: after.version,
    });
  }
  return followed;
}

async function uploadPackage(
  api: ApiClient,
  folder: string,
  plan: HubPlan,
  sealed: Uint8Array,
): Promise<ApiPackage> {
  const file = join(folder, `${plan.hub}.fumarole`);
  await writeFile(file, sealed);
  return api.upload<ApiPackage>('/packages', file, { publish: true });
}

async function setGoing(api: ApiClient, { hub, handle, packageId }: Followed): Promise<void> {
  const { plan, id } = hub;
  switch (plan.start) {
    case 'order-and-wake':
    case 'order':
      await api.post('/updates', {
        json: {
          device: id,
          package: packageId,
          via: plan.via,
          operation: plan.operation,
          wake: plan.start === 'order-and-wake',
        },
      });
      return;
    case 'device-session':
      await handle.poke();
      return;
    case 'user-request':
      await handle.requestUpdate('user');
  }
}

async function openServer(dataDir: string, port: number): Promise<RunningServer> {
  const open = (chosen: number) =>
    startServer({
      dataDir,
      listeners: [{ host: '127.0.0.1', port: chosen }],
      logLevel: 'silent',
      planner: { retryBaseMs: 1_000 },
    });
  try {
    return await open(port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return open(0);
  }
}

/** The commands in the clone find the server of the main job where they find any local one. */
function keepClientConfig(data: string, asked: string, url: string, token: string): void {
  writeClientConfig(data, url, token);
  if (resolve(asked).startsWith(resolve(DEFAULT_DATA))) writeClientConfig(DEFAULT_DATA, url, token);
}

/** Empties a folder of an earlier run; refuses one that holds anything else. */
async function emptyFolder(folder: string): Promise<void> {
  if (existsSync(folder) && (await readdir(folder)).length > 0 && !existsSync(join(folder, MARKER))) {
    throw new CliError('file', `${folder} is not empty and not of an earlier main job: give another --data.`);
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'devices'), { recursive: true });
  await writeFile(join(folder, MARKER), `${JSON.stringify({ started: new Date().toISOString() })}\n`);
}
