import type {
  DeviceRecord,
  NodeRead,
  PackageRecord,
  QueuedCommand,
  TreeValue,
  Update,
} from '@fumarole/fumo/server';
import type { Why } from '../fleet/fleet.ts';
import { statusText } from '../observe/wire-words.ts';
import type { DeviceRow, PublisherKeyRow, TimelineRow } from '../store/port.ts';
import type {
  ApiDevice,
  ApiDeviceDetail,
  ApiNode,
  ApiPackage,
  ApiPublisherKey,
  ApiTimelineEntry,
  ApiTreeCommand,
  ApiUpdate,
  ApiWhy,
} from './api.ts';

/** Where a device shows on what it runs (DevDetail, OMA-TS-DM_StdObj §5.3.4). */
const HARDWARE_URI = './DevDetail/HwV';

/** A device as listings show it. */
export function presentDevice({ record, columns, key }: DeviceRow): ApiDevice {
  const { id, manufacturer, model, policy, update } = record;
  return {
    id,
    key,
    manufacturer,
    model,
    hardware: record.nodes[HARDWARE_URI]?.value,
    firmware: columns.firmware,
    quarantined: columns.quarantined,
    policy,
    lastSeen: time(record.lastSeen),
    nextDue: time(columns.nextDue),
    update: update === undefined ? undefined : presentUpdate(id, update),
  };
}

export function presentDeviceDetail(row: DeviceRow): ApiDeviceDetail {
  const { record } = row;
  return {
    ...presentDevice(row),
    createdAt: time(record.createdAt),
    devId: record.devId,
    language: record.language,
    clientVersion: record.clientVersion,
    wake: record.wake,
    contacts: record.contacts,
    weak: record.weak,
    nodes: Object.keys(record.nodes).length,
    roots: record.roots.map(({ uri }) => uri),
    quarantineReason: record.quarantine?.reason,
    why: record.why,
    updates: updatesOf(record).map((update) => presentUpdate(record.id, update)),
    commands: record.commands.map(presentCommand),
  };
}

/** The present update and the earlier ones, newest first. */
export function updatesOf(device: DeviceRecord): readonly Update[] {
  return device.update === undefined ? device.history : [device.update, ...device.history];
}

export function presentUpdate(device: string, update: Update): ApiUpdate {
  const { delivery } = update;
  return {
    id: formatUpdateId(update.id, device),
    device,
    state: update.state,
    reason: update.reason,
    resultCode: update.rawCode,
    resultKind: update.rawKind,
    package: update.packageId,
    fromVersion: update.fromVersion,
    toVersion: update.toVersion,
    via: delivery === undefined ? update.via : viaOf(delivery),
    operation: delivery === undefined ? update.operation : operationOf(delivery),
    why: update.deliveryWhy,
    attempts: update.attempts.length,
    createdAt: time(update.createdAt),
    updatedAt: time(update.updatedAt),
  };
}

/** An update is kept with its device, so its public id names both: `0123456789abcdef@IMEI:49…`. */
export function formatUpdateId(update: string, device: string): string {
  return `${update}@${device}`;
}

/** Undefined: not made by `formatUpdateId`. */
export function parseUpdateId(id: string): { readonly update: string; readonly device: string } | undefined {
  const [, update, device] = /^([0-9a-f]{1,64})@(.+)$/s.exec(id) ?? [];
  return update === undefined || device === undefined ? undefined : { update, device };
}

type Delivery = NonNullable<Update['delivery']>;

function viaOf(delivery: Delivery): string | undefined {
  if (delivery.kind === 'pkgdata') return 'pkgdata';
  if (delivery.kind === 'update-only') return undefined;
  return delivery.descriptor ? 'descriptor' : 'url';
}

function operationOf({ kind }: Delivery): string {
  if (kind === 'combined') return 'download-and-update';
  return kind === 'update-only' ? 'update-only' : 'download-then-update';
}

export function presentCommand(command: QueuedCommand): ApiTreeCommand {
  const { id, verb, uri, state, status, results, truncated, result, answers, commands, refusal } = command;
  return {
    id,
    verb,
    uri,
    state,
    ...statusOf(status),
    results: results?.map((value: TreeValue): ApiNode => value),
    truncated,
    result,
    answers,
    commands: commands?.map((step) => ({
      verb: step.verb,
      uri: step.uri,
      answers: step.answers,
      ...statusOf(step.status),
    })),
    refusal,
    queuedAt: time(command.queuedAt),
    answeredAt: time(command.answeredAt),
  };
}

function statusOf(status: number | undefined): { status?: number; statusText?: string } {
  return status === undefined ? {} : { status, statusText: statusText(status) };
}

export function presentNode(uri: string, read: NodeRead): ApiNode {
  const { value, status, format, type, at } = read;
  return { uri, value, status, format, type, at: time(at) };
}

export function presentPackage(found: PackageRecord): ApiPackage {
  const { id, name, version, release, size, published, keyId, manufacturer, models, hardware, fromVersions } =
    found;
  const rest = {
    id,
    name,
    version,
    release,
    size,
    published,
    keyId,
    manufacturer,
    models,
    hardware,
    fromVersions,
  };
  return { ...rest, uploadedAt: time(found.addedAt) };
}

export function presentTimeline({ sequence, at, kind, text, update, data }: TimelineRow): ApiTimelineEntry {
  return { sequence, at: new Date(at).toISOString(), kind, text, update, data };
}

export function presentWhy({ device, why, facts, dueAt }: Why): ApiWhy {
  return { device, why, facts, dueAt: time(dueAt) };
}

export function presentKey({ id, name, publicKey, addedAt }: PublisherKeyRow): ApiPublisherKey {
  return { id, name, publicKey, addedAt: time(addedAt) };
}

function time(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
