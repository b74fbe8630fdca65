/** A device for planner tests, told as literal answers: what it says to each command, and what it does in between. */
import type { ServerCommand, ServerEvent } from '@fumarole/dm/server';
import type { DeviceRecord } from './device-record.ts';
import { learn, type Message } from './learn.ts';
import { DEFAULT_PLANNER_CONFIG } from './limits.ts';
import { newDevice } from './new-device.ts';
import type { PackageRecord } from './package-record.ts';
import { plan } from './plan.ts';
import type { Plan, PlanContext, PlannerConfig, SessionView, TimelineEntry } from './plan-types.ts';

export type Nodes = Record<string, string>;

export interface Script {
  /** Leaf values and, for interior nodes, child lists (`a/b`). */
  readonly nodes: Nodes;
  /** Interior nodes, answered with Format node. */
  readonly interior?: readonly string[];
  /** Status by `verb uri`; default 200, and 202 for exec. 0: no answer. */
  readonly status?: Record<string, number>;
  /** Items of `?list=Struct`; absent: 406. */
  readonly list?: readonly { readonly uri: string; readonly type?: string }[];
  readonly man?: string;
  readonly mod?: string;
  readonly maxObjSize?: number;
  /** Runs after a command was answered well. */
  readonly on?: (command: ServerCommand, nodes: Nodes) => void;
}

export const MOI = 'urn:oma:mo:oma-fumo:1.0';
export const ROOT = './FwUpdate/FwPkg1';

/** A device with one complete FUMO root; `children` below the root. */
export function fumoScript(children: readonly string[], more: Partial<Script> = {}): Script {
  const { nodes, ...rest } = more;
  return {
    nodes: {
      './DevDetail/FwV': '1.0.0',
      './DevDetail/SwV': 's1',
      './DevDetail/HwV': 'h1',
      './DevDetail/LrgObj': 'true',
      [`${ROOT}/State`]: '10',
      [`${ROOT}/Update`]: 'PkgData',
      ...nodes,
    },
    interior: [`${ROOT}/Update`],
    list: [
      { uri: '.' },
      { uri: ROOT, type: MOI },
      ...['State', ...children].map((child) => ({ uri: `${ROOT}/${child}` })),
    ],
    maxObjSize: 1_000_000,
    ...rest,
  };
}

export function somePackage(more: Partial<PackageRecord> = {}): PackageRecord {
  return {
    id: 'a'.repeat(64),
    name: 'M-100 firmware',
    version: '1.1.0',
    release: 2,
    size: 20_000,
    contentType: 'application/octet-stream',
    published: true,
    manufacturer: 'Acme',
    models: ['M-100'],
    hardware: [],
    fromVersions: ['1.0.0'],
    allowDowngrade: false,
    securityFloor: 0,
    addedAt: 0,
    ...more,
  };
}

/** A device and its server side: sessions are opened and run to their polite end. */
export class Bench {
  device: DeviceRecord;
  readonly script: Script;
  readonly nodes: Nodes;
  readonly log: TimelineEntry[] = [];
  /** Every command sent, in order. */
  readonly sent: ServerCommand[] = [];
  packages: readonly PackageRecord[];
  now = 1_000_000;
  verProto = 'DM/1.2';
  config: PlannerConfig;
  last: Plan | undefined;
  #sessions = 0;
  #random = 0;
  #view: SessionView = { key: 'none', encoding: 'wbxml', scheme: 'md5', weak: false };

  constructor(
    script: Script,
    packages: readonly PackageRecord[],
    config: Partial<PlannerConfig> = {},
    device: Partial<DeviceRecord> = {},
  ) {
    this.script = script;
    this.nodes = { ...script.nodes };
    this.packages = packages;
    this.config = { ...DEFAULT_PLANNER_CONFIG, ...config };
    this.device = { ...newDevice({ id: 'IMEI:1' }, 'automatic', this.now), ...device };
  }

  get ctx(): PlanContext {
    return {
      now: this.now,
      config: this.config,
      random: (octets) =>
        Uint8Array.from({ length: octets }, () => (this.#random = (this.#random * 37 + 11) % 256)),
      urls: {
        package: (_device, attempt) => `https://dl.example.net/p/${attempt}`,
        descriptor: (_device, attempt) => `https://dl.example.net/dd/${attempt}`,
      },
    };
  }

  /** A whole session: package 1 with these further events, then rounds until the server has nothing left to say. */
  session(
    events: readonly ServerEvent[] = [],
    encoding: 'xml' | 'wbxml' = 'wbxml',
  ): readonly ServerCommand[] {
    const from = this.sent.length;
    this.open(events, encoding);
    for (let round = 0; round < 80 && (this.last?.commands.length ?? 0) > 0; round += 1) {
      this.round(this.answers());
    }
    return this.sent.slice(from);
  }

  /** Package 1. */
  open(events: readonly ServerEvent[] = [], encoding: 'xml' | 'wbxml' = 'wbxml'): Plan {
    this.#sessions += 1;
    this.now += 1000;
    this.#view = { ...this.#view, key: `s${this.#sessions}`, encoding };
    const { maxObjSize, man = 'Acme', mod = 'M-100' } = this.script;
    return this.round([
      {
        kind: 'opened',
        trigger: 1201,
        source: 'IMEI:1',
        sessionID: String(this.#sessions),
        maxMsgSize: 5000,
        verProto: this.verProto,
        ...(maxObjSize === undefined ? {} : { maxObjSize }),
      },
      {
        kind: 'dev-info',
        items: [
          { uri: './DevInfo/Man', value: man },
          { uri: './DevInfo/Mod', value: mod },
        ],
      },
      ...events,
    ]);
  }

  /** A message of the device that does not end its package: nothing is planned yet. */
  learn(events: Message['events']): void {
    const learned = learn(this.device, { session: this.#view, events }, this.ctx);
    this.device = learned.device;
    this.log.push(...learned.log);
  }

  round(events: Message['events']): Plan {
    const learned = learn(this.device, { session: this.#view, events }, this.ctx);
    const planned = plan(learned.device, this.packages, this.ctx, learned.requests);
    this.device = planned.device;
    this.log.push(...learned.log, ...planned.log);
    this.last = { ...planned, alertStatus: new Map([...learned.alertStatus, ...planned.alertStatus]) };
    this.sent.push(...planned.commands);
    return this.last;
  }

  /** What the device says to the last commands. */
  answers(): readonly ServerEvent[] {
    return (this.last?.commands ?? []).flatMap((command) => this.#answer(command));
  }

  get correlator(): string {
    return this.device.update?.attempts.at(-1)?.correlator ?? '';
  }

  #answer(command: ServerCommand): readonly ServerEvent[] {
    if (command.kind === 'sequence' || command.kind === 'atomic') {
      return command.commands.flatMap((child) => this.#answer(child));
    }
    const { key, kind } = command;
    const uri = 'uri' in command ? command.uri : '';
    const told = this.script.status?.[`${kind} ${uri}`];
    const list = uri === '.?list=Struct' ? (this.script.list ?? 'none') : undefined;
    const value = this.nodes[uri];
    const missing = kind === 'get' && list === undefined && value === undefined;
    const code = told ?? (list === 'none' ? 406 : missing ? 404 : kind === 'exec' ? 202 : 200);
    if (code === 0) {
      return [{ kind: 'no-answer', key }];
    }
    const status: ServerEvent = { kind: 'status', key, cmd: kind, code };
    if (code >= 300) {
      return [status];
    }
    this.script.on?.(command, this.nodes);
    if (kind !== 'get') {
      return [status];
    }
    const node = { format: 'node' };
    const items = Array.isArray(list)
      ? list.map((item) => ({ ...item, data: '' }))
      : [{ uri, data: value ?? '', ...(this.script.interior?.includes(uri) ? node : {}) }];
    return [status, { kind: 'results', key, items }];
  }
}

/** The final alert of an operation. */
export function resultAlert(
  operation: 'download' | 'update' | 'downloadandupdate',
  data: string,
  more: { readonly correlator?: string; readonly source?: string; readonly type?: string } = {},
): ServerEvent {
  return {
    kind: 'generic-alert',
    cmdID: '2',
    item: 0,
    type: `org.openmobilealliance.dm.firmwareupdate.${operation}`,
    source: ROOT,
    format: 'int',
    data,
    complete: true,
    ...more,
  };
}

export function requestAlert(by: 'userrequest' | 'devicerequest', data = ''): ServerEvent {
  return {
    kind: 'generic-alert',
    cmdID: '2',
    item: 0,
    type: `org.openmobilealliance.dm.firmwareupdate.${by}`,
    format: 'chr',
    data,
    complete: true,
  };
}
