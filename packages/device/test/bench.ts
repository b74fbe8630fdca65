/** Devices in directories of their own, and packages they trust: what the tests of this package work with. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePackage, type Signer } from '@fumarole/update-package/make';
import { createDevice } from '../src/create.ts';
import type { DeviceEvent } from '../src/events.ts';
import type { DeviceHandle } from '../src/handle.ts';
import { DeviceHost, type HostOptions } from '../src/host.ts';
import type { DeviceOptions, Timing } from '../src/options.ts';

export const ROOT = './FwUpdate/Main';

/** Everything soon. */
export const QUICK: Timing = {
  connectMs: 400,
  idleMs: 400,
  downloadRetryMs: 5,
  downloadRetryMaxMs: 20,
  downloadTries: 3,
  downloadMs: 60_000,
  retryAfterMaxMs: 50,
  messageRetryMs: 5,
  messageTries: 2,
  messageMs: 1000,
  sessionRetryMs: 60_000,
  sessionRetryMaxMs: 60_000,
  alertAgeMs: 60_000,
  rebootWaitMs: 100,
  notifyRetryMs: 5,
  installIdleMs: 20,
  resyncPauseMs: 60_000,
};

export interface PackageOrder {
  readonly version?: string;
  readonly release?: number;
  readonly models?: readonly string[];
  readonly hardware?: readonly string[];
  readonly fromVersions?: readonly string[];
  readonly securityFloor?: number;
  readonly allowDowngrade?: boolean;
  readonly image?: Uint8Array;
}

export interface Publisher {
  /** Hexadecimal. */
  readonly publicKey: string;
  make(order?: PackageOrder): Promise<Uint8Array>;
}

export const OLD_IMAGE: Uint8Array = imageOf('old', 90_000);
export const NEW_IMAGE: Uint8Array = imageOf('new', 700_000);

/** Octets that do not repeat. */
export function imageOf(seed: string, size: number): Uint8Array {
  const blocks: Buffer[] = [];
  for (let at = 0; at < size; at += 32) blocks.push(createHash('sha256').update(`${seed} ${at}`).digest());
  return Buffer.concat(blocks).subarray(0, size);
}

export function sha256Of(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

export function newPublisher(): Publisher {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const signer: Signer = {
    algorithm: 'ed25519',
    publicKey,
    sign: (message) => sign(null, message, pair.privateKey),
  };
  return {
    publicKey: publicKey.toString('hex'),
    make: ({ image, models, hardware, fromVersions, ...order } = {}) =>
      makePackage(
        {
          name: 'Bench firmware',
          version: '2.0',
          release: 2,
          created: Date.now(),
          ...order,
          constraints: {
            manufacturer: 'Bench',
            models: models ?? ['M1'],
            ...(hardware === undefined ? {} : { hardware }),
            ...(fromVersions === undefined ? {} : { fromVersions }),
          },
        },
        image ?? NEW_IMAGE,
        signer,
        () => createHash('sha256'),
      ),
  };
}

export class Bench {
  readonly dir: string;
  readonly host: DeviceHost;
  readonly events: DeviceEvent[] = [];
  readonly publisher: Publisher = newPublisher();

  private constructor(dir: string, options: HostOptions) {
    this.dir = dir;
    this.host = new DeviceHost(options);
    this.host.onEvent((_, event) => void this.events.push(event));
  }

  static async open(options: HostOptions = {}): Promise<Bench> {
    return new Bench(await mkdtemp(join(tmpdir(), 'fumarole-device-')), options);
  }

  async create(
    more: Omit<Partial<DeviceOptions>, 'timing'> & {
      readonly timing?: Partial<Timing>;
      readonly heldPackage?: Uint8Array;
    } = {},
  ): Promise<void> {
    const { heldPackage, ...options } = more;
    await createDevice(this.dir, {
      identity: { devId: 'urn:bench:1', man: 'Bench', mod: 'M1', hwV: '1' },
      accounts: [
        {
          serverId: 'bench',
          url: 'http://127.0.0.1:9/dm',
          allowHttp: true,
          client: { scheme: 'md5', name: 'd', secret: 's' },
        },
      ],
      trust: { publishers: [this.publisher.publicKey] },
      firmware: {
        image: OLD_IMAGE,
        version: '1.0',
        release: 1,
        ...(heldPackage === undefined ? {} : { heldPackage }),
      },
      ...options,
      timing: { ...QUICK, ...options.timing },
    });
  }

  start(): Promise<DeviceHandle> {
    return this.host.start(this.dir);
  }

  /** The event that satisfies `when`, past or to come. */
  async event(when: (event: DeviceEvent) => boolean): Promise<DeviceEvent> {
    const past = this.events.find(when);
    if (past !== undefined) return past;
    return new Promise((resolve) => {
      const off = this.host.onEvent((_, event) => {
        if (!when(event)) return;
        off();
        resolve(event);
      });
    });
  }

  /** The result of the operation that ended last, once there is one. */
  async result(): Promise<number> {
    const event = await this.event((one) => one.kind === 'alert' && one.phase === 'owed');
    return event.kind === 'alert' ? event.code : 0;
  }

  states(): readonly number[] {
    return this.events.flatMap((event) => (event.kind === 'state' ? [event.state] : []));
  }

  slot(name: string): Promise<Uint8Array> {
    return readFile(join(this.dir, 'slots', `${name}.img`));
  }

  /** Throws when a file of the device is still open (where /proc tells). */
  async close(): Promise<void> {
    await this.host.stop();
    const open = await openFilesBelow(this.dir);
    await rm(this.dir, { recursive: true, force: true });
    if (open.length > 0) throw new Error(`left open: ${open.join(', ')}`);
  }
}

async function openFilesBelow(dir: string): Promise<readonly string[]> {
  const descriptors = await readdir('/proc/self/fd').catch(() => []);
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => target.startsWith(`${dir}/`));
}
