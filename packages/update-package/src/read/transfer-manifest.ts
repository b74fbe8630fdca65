import { CborMap, decodeDeterministic, malformed } from './cbor-map.ts';
import { PartKey, TransferKey } from './layout.ts';
import { BLOCK_BYTES, MAX_COMPONENTS, MAX_PAYLOAD_BYTES } from './limits.ts';
import type { ImageManifest, TransferManifest, TransferPart } from './manifest.ts';
import { PackageError, PackageErrorCode } from './refusal.ts';

const HASH_BYTES = 32;

/** Throws {@link PackageError}. docs/package-format.md §5. */
export function decodeTransferManifest(octets: Uint8Array): TransferManifest {
  const map = new CborMap(
    decodeDeterministic(octets, 'the transfer manifest'),
    'transfer manifest',
    TransferKey,
  );
  const parts = map.list(TransferKey.parts, 'parts', MAX_COMPONENTS).map(decodePart);
  if (payloadLength(parts) > MAX_PAYLOAD_BYTES) {
    throw new PackageError(PackageErrorCode.limit, `the payload is above ${MAX_PAYLOAD_BYTES} octets`);
  }
  return { parts };
}

export function payloadLength(parts: readonly TransferPart[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

function decodePart(value: unknown): TransferPart {
  const map = new CborMap(value, 'part', PartKey);
  const target = map.hash(PartKey.target, 'target hash');
  const method = map.text(PartKey.method, 'method');
  const size = map.uint(PartKey.size, 'size', MAX_PAYLOAD_BYTES);
  const full = method === 'full';
  if (full && (map.has(PartKey.sha256) || map.has(PartKey.base))) {
    throw malformed('part: method full has neither a payload hash nor a base');
  }
  return {
    target,
    method,
    size,
    sha256: full ? target : map.hash(PartKey.sha256, 'payload hash'),
    blocks: decodeBlocks(map, size),
    memory: map.has(PartKey.memory) ? map.uint(PartKey.memory, 'memory') : 0,
    ...(map.has(PartKey.base) && {
      base: {
        sha256: map.hash(PartKey.base, 'base hash'),
        size: map.uint(PartKey.baseSize, 'base size', MAX_PAYLOAD_BYTES),
      },
    }),
  };
}

function decodeBlocks(map: CborMap, size: number): Uint8Array {
  const whole = Math.floor(size / BLOCK_BYTES);
  const blocks = map.has(PartKey.blocks) ? map.octets(PartKey.blocks, 'block hashes') : new Uint8Array(0);
  if (blocks.length !== whole * HASH_BYTES) {
    throw malformed(`part: ${blocks.length} octets of block hashes where ${whole * HASH_BYTES} belong`);
  }
  return blocks;
}

/** Every component is produced by one part and every part produces a component, whole ones in their true size. */
export function checkTransferFits(image: ImageManifest, transfer: TransferManifest): void {
  const targets = new Set(transfer.parts.map(({ target }) => target));
  if (targets.size < transfer.parts.length) throw malformed('two parts produce one image');
  for (const component of image.components) {
    if (!targets.has(component.sha256))
      throw malformed(`no part of the transfer produces component ${component.id}`);
  }
  for (const part of transfer.parts) {
    const component = image.components.find(({ sha256 }) => sha256 === part.target);
    if (component === undefined) throw malformed('a part of the transfer produces no component of the image');
    if (part.method === 'full' && part.size !== component.size) {
      throw malformed(
        `component ${component.id} has ${component.size} octets but ${part.size} are transferred`,
      );
    }
  }
}
