/** Bare devices, two servers that could be theirs, and the documents that would make them so. */
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BootstrapPush,
  type BootstrapSecurity,
  documentMac,
  encodeBootstrapPush,
  formatProfile,
  formatProvisioning,
  macKeys,
  profileOf,
  provisioningOf,
} from '@fumarole/dm/bootstrap';
import type { DmAccount } from '@fumarole/dm/objects';
import type { NodeRecord } from '@fumarole/dm/tree';
import { hmacSha1 } from '../src/bootstrap/proof.ts';
import type { DeviceEvent } from '../src/events.ts';
import type { DeviceHandle } from '../src/handle.ts';
import type { DeviceOptions } from '../src/options.ts';
import { decodeTree } from '../src/tree-store/tree-store.ts';
import { Bench } from './bench.ts';
import { DmServer } from './dm-server.ts';

export const IMSI = '234151234567890';

export class BootstrapBench {
  readonly bench: Bench;
  /** ServerIDs `bench` and `second`. */
  readonly dm: DmServer;
  readonly second: DmServer;

  private constructor(bench: Bench, dm: DmServer, second: DmServer) {
    this.bench = bench;
    this.dm = dm;
    this.second = second;
  }

  static async open(): Promise<BootstrapBench> {
    const servers = [DmServer.open(), DmServer.open('mac', undefined, 'second')] as const;
    return new BootstrapBench(await Bench.open(), await servers[0], await servers[1]);
  }

  /** A device without any account. */
  async bare(
    more: Partial<DeviceOptions> = {},
    bootstrap: DeviceOptions['bootstrap'] = {},
  ): Promise<DeviceHandle> {
    await this.bench.create({
      accounts: [],
      schedule: { wakePort: 0, wakeHost: '127.0.0.1' },
      ...more,
      bootstrap: { allowHttp: true, networkId: IMSI, ...bootstrap },
    });
    return this.bench.start();
  }

  cp(server: DmServer = this.dm, init = false): Uint8Array {
    return formatProvisioning(provisioningOf(accountOf(server), { init }), 'wbxml');
  }

  profile(server: DmServer = this.dm): Uint8Array {
    return formatProfile(profileOf(accountOf(server), 'urn:bench:1'));
  }

  /** Sends it in a datagram; what the device makes of it. */
  async pushed(device: DeviceHandle, push: BootstrapPush): Promise<string> {
    const before = this.bench.events.length;
    sendPush(device, push);
    const event = await this.bench.event(
      (one) => one.kind === 'bootstrap' && this.bench.events.indexOf(one, before) >= 0,
    );
    await device.whenIdle();
    return toldBy(event);
  }

  sessions(): readonly string[] {
    return this.bench.events.flatMap((event) =>
      event.kind === 'session' && event.phase !== 'opened'
        ? [`${event.serverId} ${event.trigger} ${event.phase}`]
        : [],
    );
  }

  async storedNodes(): Promise<readonly NodeRecord[]> {
    return decodeTree(await readFile(join(this.bench.dir, 'tree'))).nodes;
  }

  async close(): Promise<void> {
    await this.bench.close();
    await Promise.all([this.dm.close(), this.second.close()]);
  }
}

export function accountOf({ account }: DmServer): DmAccount {
  const type = account.client.scheme === 'mac' ? 'HMAC' : 'DIGEST';
  const { client, server } = account;
  return {
    serverId: account.serverId,
    serverURL: account.url,
    client: { type, name: client.name, secret: client.secret },
    server: { type, name: server?.name ?? '', secret: server?.secret ?? '' },
  };
}

/** The push of a document with its MAC: PIN 1234 and the IMSI. */
export function proved(
  document: Uint8Array,
  security: BootstrapSecurity,
  more: Partial<BootstrapPush> = {},
): BootstrapPush {
  const kind = document[1] === 0x0b ? 'cp' : 'dm';
  const [key] = macKeys(kind, security, { pin: '1234', networkId: IMSI });
  const mac = key === undefined ? {} : { mac: documentMac(key, document, hmacSha1) };
  return { profile: kind, encoding: 'wbxml', security, document, ...mac, ...more };
}

export function sendPush(device: DeviceHandle, push: BootstrapPush): void {
  const socket = createSocket('udp4');
  socket.send(encodeBootstrapPush(push), device.status().wakePort ?? 0, '127.0.0.1', () => socket.close());
}

export function toldBy(event: DeviceEvent): string {
  return event.kind === 'bootstrap' ? `${event.accepted ? 'accepted' : 'refused'}: ${event.reason}` : '';
}
