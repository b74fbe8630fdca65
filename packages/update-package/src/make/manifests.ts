import { encode } from 'cborg';
import { fromHex } from '../read/hex.ts';
import { ComponentKey, ConstraintKey, ImageKey, PartKey, TransferKey } from '../read/layout.ts';
import type {
  Component,
  Constraints,
  ImageManifest,
  TransferManifest,
  TransferPart,
} from '../read/manifest.ts';

/** Deterministic CBOR (RFC 8949 §4.2.1): cborg sorts the keys; what is absent or a default is left out. */
export function encodeImageManifest(image: ImageManifest): Uint8Array {
  const metadata = Object.entries(image.metadata);
  return encode(
    present([
      [ImageKey.name, image.name],
      [ImageKey.version, image.version],
      [ImageKey.release, image.release],
      [ImageKey.securityFloor, image.securityFloor],
      [ImageKey.created, Math.floor(image.created / 1000)],
      [ImageKey.allowDowngrade, image.allowDowngrade || undefined],
      [ImageKey.constraints, constraintsMap(image.constraints)],
      [ImageKey.components, image.components.map(componentMap)],
      [ImageKey.metadata, metadata.length > 0 ? new Map(metadata) : undefined],
    ]),
  );
}

export function encodeTransferManifest(transfer: TransferManifest): Uint8Array {
  return encode(present([[TransferKey.parts, transfer.parts.map(partMap)]]));
}

function constraintsMap(constraints: Constraints): Map<number, unknown> {
  return present([
    [ConstraintKey.manufacturer, constraints.manufacturer],
    [ConstraintKey.models, constraints.models],
    [ConstraintKey.hardware, constraints.hardware],
    [ConstraintKey.fromVersions, constraints.fromVersions],
  ]);
}

function componentMap(component: Component): Map<number, unknown> {
  return present([
    [ComponentKey.id, component.id],
    [ComponentKey.size, component.size],
    [ComponentKey.sha256, fromHex(component.sha256)],
    [ComponentKey.root, component.root],
  ]);
}

function partMap(part: TransferPart): Map<number, unknown> {
  return present([
    [PartKey.target, fromHex(part.target)],
    [PartKey.method, part.method],
    [PartKey.size, part.size],
    [PartKey.sha256, part.method === 'full' ? undefined : fromHex(part.sha256)],
    [PartKey.blocks, part.blocks.length > 0 ? part.blocks : undefined],
    [PartKey.memory, part.memory > 0 ? part.memory : undefined],
    [PartKey.base, part.base && fromHex(part.base.sha256)],
    [PartKey.baseSize, part.base?.size],
  ]);
}

function present(entries: readonly (readonly [number, unknown])[]): Map<number, unknown> {
  return new Map(entries.filter(([, value]) => value !== undefined));
}
