/** The real server with one family's device before it: its package, its account, its tree, its downloads. */
import type { ApiDeviceDetail, ApiProvisioned, ApiProvisionRequest } from '@fumarole/server';
import type { Command } from '@fumarole/syncml';
import { sha256Of, type World } from '@fumarole/testkit';
import { dataOf, FamilyDevice, type FamilyStyle, type Reply, targetOf } from './family-device.ts';

export const OLD_VERSION = '1.0';
export const NEW_VERSION = '2.0';

export interface FamilyNode {
  readonly value: string;
  readonly format?: string;
  readonly type?: string;
}

/** What an Exec was told: the node, and the Correlator that its result has to carry. */
export interface Told {
  readonly uri: string;
  readonly correlator: string | undefined;
}

/** The tree of a foreign device: values, child lists, and what it answers to the rest. */
export class FamilyTree {
  readonly nodes: Record<string, FamilyNode>;
  /** Code by `Kind uri`, before anything else; `silent`: no Status. */
  readonly codes: Record<string, number | 'silent'> = {};
  readonly told: Told[] = [];
  /** Commands in the order they came. */
  readonly seen: string[] = [];
  onExec: (told: Told) => number | Promise<number> = () => 202;

  constructor(nodes: Record<string, FamilyNode | string>) {
    this.nodes = Object.fromEntries(
      Object.entries(nodes).map(([uri, node]) => [uri, typeof node === 'string' ? { value: node } : node]),
    );
  }

  set(uri: string, value: string): void {
    this.nodes[uri] = { ...this.nodes[uri], value };
  }

  value(uri: string): string {
    return this.nodes[uri]?.value ?? '';
  }

  readonly answer = async (command: Command): Promise<Reply> => {
    const uri = targetOf(command);
    this.seen.push(`${command.kind} ${uri}`.trim());
    const told = this.codes[`${command.kind} ${uri}`] ?? this.codes[command.kind];
    if (told !== undefined) return told === 'silent' ? told : { code: told };
    const node = this.nodes[uri];
    switch (command.kind) {
      case 'Get':
        return node === undefined ? { code: uri.includes('?list=') ? 406 : 404 } : { code: 200, ...node };
      case 'Replace':
        if (node === undefined) return { code: 404 };
        this.set(uri, dataOf(command));
        return { code: 200 };
      case 'Add':
        if (node !== undefined) return { code: 418 };
        this.set(uri, dataOf(command));
        return { code: 200 };
      case 'Exec': {
        const exec = { uri, correlator: command.Correlator };
        this.told.push(exec);
        return { code: await this.onExec(exec) };
      }
      case 'Alert':
        return { code: 200 };
      default:
        return { code: 406 };
    }
  };
}

export interface Family {
  readonly device: FamilyDevice;
  readonly id: string;
  /** SHA-256 of the package that was published for it. */
  readonly package: string;
  known(): Promise<ApiDeviceDetail>;
}

export interface FamilyOrder {
  readonly id: string;
  readonly man: string;
  readonly mod: string;
  readonly style: FamilyStyle;
  readonly provision?: Partial<ApiProvisionRequest>;
  /** No package is published. */
  readonly nothingNew?: boolean;
}

export async function newFamily(world: World, order: FamilyOrder): Promise<Family> {
  const { id, man, mod, style, provision, nothingNew } = order;
  const sealed = await world.makePackage({
    manufacturer: man,
    models: [mod],
    image: Buffer.from(`firmware of ${man} ${mod} `.repeat(200)),
    version: NEW_VERSION,
    release: 2,
    fromVersions: [OLD_VERSION],
  });
  if (nothingNew !== true) await world.upload(sealed);
  const scheme = style.auth;
  const { credentials } = await world.api<ApiProvisioned>('POST', '/devices', {
    id,
    clientScheme: scheme,
    serverScheme: 'md5',
    offer: 'automatic',
    ...provision,
  });
  const { name, secret } = credentials.client;
  const url = `${world.access.url}/dm`;
  return {
    device: new FamilyDevice(style, { id, url, name, secret }),
    id,
    package: sha256Of(sealed),
    known: () => world.device(id),
  };
}

/** Fetches a package as field agents do, through a descriptor where there is one; its SHA-256 and the descriptor. */
export async function fetchPackage(
  url: string,
): Promise<{ readonly sha256: string; readonly descriptor?: string }> {
  const first = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/vnd.oma.dd+xml, */*' },
  });
  if (!first.ok) throw new Error(`HTTP ${first.status} for ${url}`);
  if (first.headers.get('content-type') !== 'application/vnd.oma.dd+xml') {
    return { sha256: sha256Of(Buffer.from(await first.arrayBuffer())) };
  }
  const descriptor = await first.text();
  const object = /<objectURI>([^<]+)<\/objectURI>/.exec(descriptor)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const size = Number(/<size>(\d+)<\/size>/.exec(descriptor)?.[1]);
  const octets = Buffer.from(await (await fetch(object, { redirect: 'error' })).arrayBuffer());
  if (octets.length !== size) throw new Error(`${octets.length} octets, ${size} announced`);
  return { sha256: sha256Of(octets), descriptor };
}

export function detail(more: Record<string, FamilyNode | string> = {}): Record<string, FamilyNode | string> {
  return {
    './DevDetail/FwV': OLD_VERSION,
    './DevDetail/SwV': 's1',
    './DevDetail/HwV': 'h1',
    './DevDetail/LrgObj': { value: 'false', format: 'bool' },
    ...more,
  };
}

export const node = (...children: readonly string[]): FamilyNode => ({
  value: children.join('/'),
  format: 'node',
});
