/** By which mechanism a package reaches a device: what the tree offers, what was refused before, what was asked for. */
import { operationUri, pkgDataUri, pkgUrlUri } from '../object/index.ts';
import type { DeviceRecord, FumoRoot } from './device-record.ts';
import { stateOf, takesLargeObjects } from './facts.ts';
import type { PackageRecord } from './package-record.ts';
import { profileOf } from './profiles/profile-of.ts';
import type { Delivery, OperationChoice, Via } from './update.ts';

export type DeliveryChoice =
  | { readonly kind: 'chosen'; readonly delivery: Delivery; readonly why: string }
  | { readonly kind: 'none'; readonly why: string };

interface Option {
  readonly delivery: Delivery;
  readonly name: string;
  /** Why not; undefined: possible. */
  readonly against: string | undefined;
}

/**
 * The first possible way in the order: held package, DownloadAndUpdate, Download then Update, PkgData. Never PkgURL
 * and PkgData together: a delivery is one of them (F-042). `via` and `operation` narrow the choice.
 */
export function chooseDelivery(
  device: DeviceRecord,
  root: FumoRoot,
  pkg: Pick<PackageRecord, 'size' | 'version'>,
  via: Via,
  operation: OperationChoice,
): DeliveryChoice {
  const descriptor = wantsDescriptor(device, via);
  const all: readonly Option[] = [
    {
      delivery: { kind: 'update-only' },
      name: 'the package it holds',
      against: againstHeld(device, root, pkg, operation),
    },
    {
      delivery: { kind: 'combined', descriptor },
      name: `DownloadAndUpdate by ${urlWord(descriptor)}`,
      against: againstCombined(device, root, operation, via),
    },
    {
      delivery: { kind: 'download', descriptor },
      name: `Download by ${urlWord(descriptor)}, then Update`,
      against: againstDownload(device, root, operation, via),
    },
    {
      delivery: { kind: 'pkgdata' },
      name: 'large object to PkgData, then Update',
      against: againstPkgData(device, root, pkg, via, operation),
    },
  ];
  const chosen = all.find((option) => option.against === undefined);
  const passed = all
    .slice(0, chosen === undefined ? all.length : all.indexOf(chosen))
    .flatMap(({ name, against }) => (against === undefined || against === '' ? [] : [`${name}: ${against}`]));
  const because = passed.length === 0 ? '' : ` (${passed.join('; ')})`;
  return chosen === undefined
    ? { kind: 'none', why: `no delivery method${because}` }
    : { kind: 'chosen', delivery: chosen.delivery, why: `${chosen.name}${because}` };
}

function urlWord(descriptor: boolean): string {
  return descriptor ? 'download descriptor' : 'URL';
}

/** D-029, I-029: the direct URL unless the profile or the order says descriptor. */
function wantsDescriptor(device: DeviceRecord, via: Via): boolean {
  const { descriptor } = profileOf(device);
  return descriptor === 'only' || via === 'descriptor' || (descriptor === 'prefer' && via !== 'url');
}

/** An empty text: not worth telling unless it was asked for. */
function againstHeld(
  device: DeviceRecord,
  root: FumoRoot,
  pkg: Pick<PackageRecord, 'version'>,
  operation: OperationChoice,
): string | undefined {
  const asked = operation === 'update-only';
  const state = stateOf(device, root.uri);
  if (!root.update || !mayExec(device, root, 'update')) {
    return asked ? 'the device has no usable Update node' : '';
  }
  if (state !== 50) {
    return asked ? `State is ${state ?? 'unknown'}, no package is held` : '';
  }
  // Without being asked, only a package that names itself as the target is trusted (flow C1).
  const held = device.nodes[`${root.uri}/PkgVersion`]?.value?.trim();
  return asked || (operation === 'auto' && held !== undefined && held === pkg.version) ? undefined : '';
}

function againstCombined(
  device: DeviceRecord,
  root: FumoRoot,
  operation: OperationChoice,
  via: Via,
): string | undefined {
  if (operation === 'download-then-update' || operation === 'update-only') {
    return `${operation} was asked for`;
  }
  return againstUrl(device, root, 'download-and-update', root.downloadAndUpdate, via);
}

function againstDownload(
  device: DeviceRecord,
  root: FumoRoot,
  operation: OperationChoice,
  via: Via,
): string | undefined {
  if (operation === 'download-and-update' || operation === 'update-only') {
    return `${operation} was asked for`;
  }
  if (!root.update || !mayExec(device, root, 'update')) {
    return 'no usable Update node';
  }
  return againstUrl(device, root, 'download', root.download, via);
}

function againstUrl(
  device: DeviceRecord,
  root: FumoRoot,
  operation: 'download' | 'download-and-update',
  present: boolean,
  via: Via,
): string | undefined {
  if (via === 'pkgdata') {
    return 'PkgData was asked for';
  }
  if (!present) {
    return 'the device has no such node';
  }
  if (via === 'descriptor' && profileOf(device).descriptor === 'no') {
    return 'the device family does not understand download descriptors';
  }
  const refused = device.unsupported[`replace ${pkgUrlUri(root.uri, operation)}`];
  if (refused !== undefined) {
    return `the device refused its PkgURL with ${refused}`;
  }
  return mayExec(device, root, operation) ? undefined : whyNoExec(device, root, operation);
}

function againstPkgData(
  device: DeviceRecord,
  root: FumoRoot,
  pkg: Pick<PackageRecord, 'size'>,
  via: Via,
  operation: OperationChoice,
): string | undefined {
  if (via === 'url' || via === 'descriptor') {
    return `${via} was asked for`;
  }
  if (operation === 'download-and-update' || operation === 'update-only') {
    return `${operation} was asked for`;
  }
  if (!root.update || root.pkgData === false) {
    return 'the device has no Update/PkgData';
  }
  if (!mayExec(device, root, 'update')) {
    return whyNoExec(device, root, 'update');
  }
  const refused = device.unsupported[`replace ${pkgDataUri(root.uri)}`];
  return refused === undefined
    ? againstLargeObject(device, pkg.size)
    : `the device refused it with ${refused}`;
}

/** LrgObj and MaxObjSize (F-122, S-013, S-054); a package that fits one message needs neither chunks nor LrgObj. */
function againstLargeObject(device: DeviceRecord, size: number): string | undefined {
  const { chunksWithoutMaxObjSize, wire } = profileOf(device);
  const octets = device.session?.encoding === 'xml' ? Math.ceil(size / 3) * 4 : size;
  const limit = device.session?.maxObjSize;
  if (limit !== undefined && octets > limit) {
    return `${octets} octets are more than its MaxObjSize ${limit}`;
  }
  if (octets + ENVELOPE_OCTETS <= (device.session?.maxMsgSize ?? wire.maxMsgSizeDefault)) {
    return undefined;
  }
  if (!wire.chunks) {
    return 'the device family does not take chunks';
  }
  if (!takesLargeObjects(device)) {
    return 'LrgObj is not true';
  }
  const unlimited = chunksWithoutMaxObjSize !== undefined && octets <= chunksWithoutMaxObjSize;
  return limit === undefined && !unlimited ? 'the device told no MaxObjSize' : undefined;
}

/** Header, Statuses and the Replace around an object that goes in one message. */
const ENVELOPE_OCTETS = 1500;

function mayExec(device: DeviceRecord, root: FumoRoot, operation: keyof typeof EXEC): boolean {
  return device.unsupported[`exec ${operationUri(root.uri, operation)}`] === undefined;
}

const EXEC = { download: true, update: true, 'download-and-update': true } as const;

function whyNoExec(device: DeviceRecord, root: FumoRoot, operation: keyof typeof EXEC): string {
  return `the device refused its Exec with ${device.unsupported[`exec ${operationUri(root.uri, operation)}`]}`;
}
