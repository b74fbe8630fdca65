/**
 * A server and devices that meet on real sockets: what the flow tests drive. The server is the real composition on its
 * embedded store, reached through its REST API; devices are real runtimes in directories of their own.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AccountOptions,
  createDevice,
  type DeviceEvent,
  type DeviceHandle,
  DeviceHost,
  type DeviceOptions,
} from '@fumarole/device';
import type {
  ApiDeviceDetail,
  ApiPackage,
  ApiProvisioned,
  ApiProvisionRequest,
  ApiTimelineEntry,
  ApiUpdate,
  ApiUpdateRequest,
  ServerOptions,
} from '@fumarole/server';
import { makePackage, type Signer } from '@fumarole/update-package/make';
import { FaultProxy } from './fault-proxy.ts';
import { RecordingProxy } from './recording-proxy.ts';
import { startWorldServer, type WorldServer } from './world-server.ts';

export interface WorldOptions {
  /** The server runs in a process of its own, to be killed. */
  readonly ownProcess?: boolean;
  readonly server?: Partial<ServerOptions>;
  /** Devices reach the server through a proxy that can disturb their downloads. */
  readonly proxied?: boolean;
  /** Devices reach the server through a proxy that keeps their DM messages; not together with `proxied`. */
  readonly recorded?: boolean;
}

/** What may stand between the devices and the server. */
type WorldProxy = FaultProxy | RecordingProxy;

export interface NewWorldDevice {
  readonly name: string;
  readonly provision?: Partial<ApiProvisionRequest>;
  /** It leaves the factory without account, and the server knows nothing of it. */
  readonly bare?: boolean;
  /** What its account trusts, where the server speaks TLS. */
  readonly tls?: AccountOptions['tls'];
  readonly device: Partial<Omit<DeviceOptions, 'firmware'>> & Pick<DeviceOptions, 'firmware'>;
}

export interface PackageOrder {
  /** Default: MANUFACTURER. */
  readonly manufacturer?: string;
  readonly image: Uint8Array;
  readonly version: string;
  readonly release: number;
  readonly models: readonly string[];
  readonly hardware?: readonly string[];
  readonly fromVersions?: readonly string[];
  readonly securityFloor?: number;
  readonly allowDowngrade?: boolean;
  /** Signed by a key that nobody trusts. */
  readonly strangeKey?: boolean;
}

export const MANUFACTURER: string = 'Fumarole Test';

/** One device of the world with everything it told since it was started. */
export interface WorldDevice {
  readonly id: string;
  readonly dir: string;
  readonly handle: DeviceHandle;
  readonly events: DeviceEvent[];
}

/** Waits of virtual devices in tests: everything soon. */
export const QUICK: NonNullable<DeviceOptions['timing']> = {
  connectMs: 500,
  idleMs: 500,
  downloadRetryMs: 20,
  downloadRetryMaxMs: 100,
  downloadTries: 3,
  retryAfterMaxMs: 200,
  messageRetryMs: 50,
  messageTries: 4,
  messageMs: 5_000,
  sessionRetryMs: 50,
  sessionRetryMaxMs: 200,
  rebootWaitMs: 500,
  notifyRetryMs: 20,
};

export class World {
  readonly dir: string;
  server: WorldServer;
  readonly #proxy: WorldProxy | undefined;
  readonly host: DeviceHost = new DeviceHost();
  readonly #options: WorldOptions;
  readonly #token: string;
  readonly #publisher: TestPublisher = newTestPublisher();
  readonly #stranger: TestPublisher = newTestPublisher();

  private constructor(
    dir: string,
    server: WorldServer,
    token: string,
    options: WorldOptions,
    proxy: WorldProxy | undefined,
  ) {
    this.dir = dir;
    this.server = server;
    this.#token = token;
    this.#options = options;
    this.#proxy = proxy;
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), 'fumarole-world-'));
    const proxy = await openProxy(options);
    const server = await startWorldServer(serverOptions(dir, 0, options, proxy), options.ownProcess === true);
    if (proxy !== undefined) proxy.target = server.urls[0];
    if (server.adminToken === undefined) throw new Error('no token at the first start');
    const world = new World(dir, server, server.adminToken, options, proxy);
    await world.trust(world.#publisher, 'publisher');
    return world;
  }

  get proxy(): FaultProxy {
    if (this.#proxy instanceof FaultProxy) return this.#proxy;
    throw new Error('this world is not proxied');
  }

  get recording(): RecordingProxy {
    if (this.#proxy instanceof RecordingProxy) return this.#proxy;
    throw new Error('this world is not recorded');
  }

  /** The server starts again on the same port and store. */
  async restartServer(): Promise<void> {
    const { port } = new URL(this.server.urls[0] ?? this.server.url);
    await this.server.close();
    const options = serverOptions(this.dir, Number(port), this.#options, this.#proxy);
    this.server = await startWorldServer(options, this.#options.ownProcess === true);
  }

  /** `kill -9`, then a new process on the same port and store. */
  async killServer(): Promise<void> {
    if (this.server.kill === undefined) throw new Error('this server has no process of its own');
    await this.server.kill();
    await this.restartServer();
  }

  /** The API is on the first listener, whatever devices are told. */
  get #apiUrl(): string {
    return this.server.urls[0] ?? this.server.url;
  }

  /** For requests that are no JSON. */
  get access(): { readonly url: string; readonly token: string } {
    return { url: this.#apiUrl, token: this.#token };
  }

  async api<T>(method: string, path: string, json?: unknown): Promise<T> {
    const response = await fetch(`${this.#apiUrl}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  trust(publisher: TestPublisher, name: string): Promise<unknown> {
    const publicKey = Buffer.from(publisher.publicKey).toString('base64');
    return this.api('POST', '/publisher-keys', { name, publicKey });
  }

  /** A signed package as octets; nothing is uploaded. */
  makePackage(order: PackageOrder): Promise<Uint8Array> {
    const publisher = order.strangeKey === true ? this.#stranger : this.#publisher;
    return publisher.make(order);
  }

  async publish(order: PackageOrder): Promise<ApiPackage> {
    return this.upload(await this.makePackage(order));
  }

  async upload(octets: Uint8Array): Promise<ApiPackage> {
    const response = await fetch(`${this.#apiUrl}/api/packages?publish=true`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/octet-stream' },
      body: Buffer.from(octets),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`upload: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** The stranger's key becomes known to the server (not to the devices): its packages can be uploaded. */
  async trustStranger(): Promise<void> {
    await this.trust(this.#stranger, 'stranger');
  }

  /** Admits a device at the server, makes its directory and starts it. */
  async add(wanted: NewWorldDevice): Promise<WorldDevice> {
    const { id, dir } = await this.create(wanted);
    return this.start(id, dir);
  }

  /** Admits a device at the server and makes its directory; it is not started. */
  async create({
    name,
    provision,
    bare,
    tls,
    device,
  }: NewWorldDevice): Promise<{ readonly id: string; readonly dir: string }> {
    const id = `urn:test:${name}`;
    const wakePort = await freeUdpPort();
    const dir = join(this.dir, 'devices', name);
    const wake = `udp:127.0.0.1:${wakePort}`;
    const accounts = bare === true ? [] : [await this.#admit({ id, wake, ...provision }, tls)];
    await createDevice(dir, {
      name,
      identity: { devId: id, man: MANUFACTURER, mod: name, hwV: '1' },
      accounts,
      bootstrap: { allowHttp: true, ...(tls === undefined ? {} : { tls }) },
      trust: { publishers: [Buffer.from(this.#publisher.publicKey).toString('hex')] },
      schedule: { wakePort, wakeHost: '127.0.0.1' },
      maxObjSize: 8_000_000,
      ...device,
      timing: { ...QUICK, ...device.timing },
    });
    return { id, dir };
  }

  async #admit(request: ApiProvisionRequest, tls: AccountOptions['tls']): Promise<AccountOptions> {
    const { credentials } = await this.api<ApiProvisioned>('POST', '/devices', {
      clientScheme: 'md5',
      serverScheme: 'md5',
      ...request,
    });
    const url = `${this.server.url}/dm`;
    return { ...credentials, url, allowHttp: url.startsWith('http:'), ...(tls === undefined ? {} : { tls }) };
  }

  async start(id: string, dir: string): Promise<WorldDevice> {
    const events: DeviceEvent[] = [];
    const off = this.host.onEvent((from, event) => {
      if (from === dir) events.push(event);
    });
    const handle = await this.host.start(dir).catch((error: unknown) => {
      off();
      throw error;
    });
    return { id, dir, handle, events };
  }

  device(id: string): Promise<ApiDeviceDetail> {
    return this.api('GET', `/devices/${encodeURIComponent(id)}`);
  }

  order(request: ApiUpdateRequest): Promise<unknown> {
    return this.api('POST', '/updates', request);
  }

  async timeline(id: string): Promise<readonly ApiTimelineEntry[]> {
    const { items } = await this.api<{ items: readonly ApiTimelineEntry[] }>(
      'GET',
      `/devices/${encodeURIComponent(id)}/timeline?limit=500`,
    );
    return items;
  }

  /**
   * Lets the device come back to the server (polls) until its update satisfies `until`; the server's knowledge of the
   * device when it does. Throws with the timeline when the time is over.
   */
  async drive(
    device: WorldDevice,
    until: (update: ApiUpdate | undefined) => boolean,
    timeoutMs = 20_000,
  ): Promise<ApiDeviceDetail> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const known = await this.device(device.id);
      if (until(known.update)) return known;
      if (Date.now() > end) throw new Error(await this.#story(device, known));
      await device.handle.whenIdle(1_000);
      await device.handle.poke().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async #story(device: WorldDevice, known: ApiDeviceDetail): Promise<string> {
    const lines = (await this.timeline(device.id)).map(({ kind, text }) => `  ${kind}: ${text}`);
    const told = device.events.slice(-30).map((event) => `  ${JSON.stringify(event)}`);
    return `${device.id} did not get there: ${JSON.stringify(known.update)}\ntimeline\n${lines.join('\n')}\ndevice\n${told.join('\n')}`;
  }

  async close(): Promise<void> {
    await this.host.stop();
    await this.server.close();
    await this.#proxy?.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** True for the update states in which nothing more will happen. */
export function isSettled(update: ApiUpdate | undefined): boolean {
  return update !== undefined && SETTLED.has(update.state);
}

const SETTLED: ReadonlySet<string> = new Set([
  'confirmed',
  'failed',
  'refused',
  'rolled-back',
  'timed-out',
  'cancelled',
  'superseded',
  'not-needed',
  'unprovable',
]);

export function sha256Of(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

export interface TestPublisher {
  readonly publicKey: Uint8Array;
  make(order: PackageOrder): Promise<Uint8Array>;
}

export function newTestPublisher(): TestPublisher {
  const pair = generateKeyPairSync('ed25519');
  const signer: Signer = {
    algorithm: 'ed25519',
    publicKey: rawPublicKey(pair.publicKey),
    sign: (message) => sign(null, message, pair.privateKey),
  };
  return {
    publicKey: signer.publicKey,
    make: ({ image, manufacturer, models, hardware, fromVersions, strangeKey: _, ...rest }) => {
      const constraints = {
        manufacturer: manufacturer ?? MANUFACTURER,
        models,
        ...(hardware && { hardware }),
        ...(fromVersions && { fromVersions }),
      };
      return makePackage(
        { name: `${models.join(', ')} firmware`, created: Date.now(), constraints, ...rest },
        image,
        signer,
        () => createHash('sha256'),
      );
    },
  };
}

async function openProxy({ proxied, recorded }: WorldOptions): Promise<WorldProxy | undefined> {
  if (proxied === true) return FaultProxy.open();
  return recorded === true ? RecordingProxy.open() : undefined;
}

function serverOptions(
  dir: string,
  port: number,
  options: WorldOptions,
  proxy: WorldProxy | undefined,
): ServerOptions {
  return {
    dataDir: join(dir, 'server'),
    listeners: [{ host: '127.0.0.1', port }],
    logLevel: 'silent',
    dueIntervalMs: 50,
    ...(proxy === undefined ? {} : { publicUrl: proxy.url }),
    ...options.server,
    planner: { retryBaseMs: 20, retryMaxMs: 100, ...options.server?.planner },
  };
}

function rawPublicKey(key: KeyObject): Uint8Array {
  const { x } = key.export({ format: 'jwk' });
  if (x === undefined) throw new TypeError('an Ed25519 key is expected');
  return Buffer.from(x, 'base64url');
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
