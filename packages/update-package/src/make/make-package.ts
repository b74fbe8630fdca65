import { encode } from 'cborg';
import { keyIdOf, signedOctets } from '../read/envelope.ts';
import { parseHeader } from '../read/header.ts';
import { fromHex } from '../read/hex.ts';
import {
  FORMAT_VERSION,
  MAGIC,
  ManifestType,
  PREAMBLE_BYTES,
  SECTION_PREFIX_BYTES,
  SectionTag,
} from '../read/layout.ts';
import type {
  Component,
  Constraints,
  ImageManifest,
  PackageHeader,
  TransferManifest,
} from '../read/manifest.ts';
import type { Sha256 } from '../read/ports.ts';
import { digestImage, type ImageDigest } from './describe.ts';
import { encodeImageManifest, encodeTransferManifest } from './manifests.ts';
import { concat } from './octets.ts';
import type { Signer } from './signer.ts';

export interface PackageInput {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  /** 0 when absent. */
  readonly securityFloor?: number;
  /** False when absent. */
  readonly allowDowngrade?: boolean;
  /** Milliseconds since the epoch; fractions of a second are cut off. */
  readonly created: number;
  readonly constraints: Constraints;
  /** In the order of the payload. */
  readonly components: readonly ComponentInput[];
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface ComponentInput {
  readonly id: string;
  readonly root?: string;
  readonly image: ImageDigest;
}

/** Who signs which manifest; the same key may do both. */
export interface Signers {
  readonly image: readonly Signer[];
  readonly transfer: readonly Signer[];
}

export interface MadeHeader {
  /** Everything before the payload, to be followed by the images of the components in their order. */
  readonly octets: Uint8Array;
  readonly header: PackageHeader;
}

/**
 * Makes and signs the header of a package of whole images (method `full`). What it makes has been read back, so input
 * beyond the limits of the format throws the reader's `PackageError`.
 */
export async function makeHeader(input: PackageInput, signers: Signers, sha256: Sha256): Promise<MadeHeader> {
  const image = encodeImageManifest(imageManifestOf(input));
  const transfer = encodeTransferManifest(transferManifestOf(input));
  const octets = frame([
    [SectionTag.image, await envelope(image, ManifestType.image, signers.image, sha256)],
    [SectionTag.transfer, await envelope(transfer, ManifestType.transfer, signers.transfer, sha256)],
  ]);
  return { octets, header: parseHeader(octets) };
}

/** A whole package in memory, of one component with the id `main` that holds `image`. */
export async function makePackage(
  input: Omit<PackageInput, 'components'>,
  image: Uint8Array,
  signer: Signer,
  sha256: Sha256,
): Promise<Uint8Array> {
  const components = [{ id: 'main', image: await digestImage([image], sha256) }];
  const { octets } = await makeHeader(
    { ...input, components },
    { image: [signer], transfer: [signer] },
    sha256,
  );
  return concat([octets, image]);
}

function imageManifestOf(input: PackageInput): ImageManifest {
  return {
    name: input.name,
    version: input.version,
    release: input.release,
    securityFloor: input.securityFloor ?? 0,
    allowDowngrade: input.allowDowngrade ?? false,
    created: input.created,
    constraints: input.constraints,
    components: input.components.map(componentOf),
    metadata: input.metadata ?? {},
  };
}

function componentOf({ id, root, image }: ComponentInput): Component {
  return { id, size: image.size, sha256: image.sha256, ...(root !== undefined && { root }) };
}

/** Components of equal content are transferred once. */
function transferManifestOf({ components }: PackageInput): TransferManifest {
  const images = new Map(components.map(({ image }) => [image.sha256, image]));
  return {
    parts: [...images.values()].map(({ size, sha256, blocks }) => {
      return { target: sha256, method: 'full', size, sha256, blocks, memory: 0 };
    }),
  };
}

async function envelope(
  manifest: Uint8Array,
  type: ManifestType,
  signers: readonly Signer[],
  sha256: Sha256,
): Promise<Uint8Array> {
  const message = signedOctets(type, manifest);
  const signatures = signers.map(async (signer) => {
    return [fromHex(keyIdOf(signer.publicKey, sha256)), await signer.sign(message)];
  });
  return encode([manifest, await Promise.all(signatures)]);
}

function frame(sections: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const length = sections.reduce(
    (sum, [, section]) => sum + SECTION_PREFIX_BYTES + section.length,
    PREAMBLE_BYTES,
  );
  const preamble = new Uint8Array(PREAMBLE_BYTES);
  const view = new DataView(preamble.buffer);
  preamble.set(MAGIC);
  view.setUint8(8, FORMAT_VERSION.major);
  view.setUint8(9, FORMAT_VERSION.minor);
  view.setUint32(12, length);
  return concat([
    preamble,
    ...sections.flatMap(([tag, section]) => [sectionPrefix(tag, section.length), section]),
  ]);
}

function sectionPrefix(tag: number, length: number): Uint8Array {
  const prefix = new Uint8Array(SECTION_PREFIX_BYTES);
  const view = new DataView(prefix.buffer);
  view.setUint16(0, tag);
  view.setUint32(2, length);
  return prefix;
}
