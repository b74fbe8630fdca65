/**
 * The numbers of the format, one table for reader and writer (docs/package-format.md). Keys of a signed map that are
 * not negative may be skipped by a reader that does not know them; a negative key must be understood (§3.2).
 */

/** Version of the container that this code writes; a reader takes every minor version of its major one. */
export const FORMAT_VERSION: { readonly major: number; readonly minor: number } = { major: 1, minor: 0 };
/** `\x89 F U M \r \n \x1a \n`: text-mode transfers and truncations to 7 bits show at once. */
export const MAGIC: Uint8Array = Uint8Array.of(0x89, 0x46, 0x55, 0x4d, 0x0d, 0x0a, 0x1a, 0x0a);
/** Magic, major, minor, two zero octets, length of the header. */
export const PREAMBLE_BYTES = 16;
/** Tag and length in front of each section. */
export const SECTION_PREFIX_BYTES = 6;
/** A section with a tag from here on may be skipped. */
export const FIRST_SKIPPABLE_TAG = 0x8000;

export const SectionTag = { image: 1, transfer: 2 } as const;

/** What the signature covers besides the octets (DSSE payloadType): one manifest can never pass for the other. */
export const ManifestType = {
  image: 'application/vnd.fumarole.image.v1+cbor',
  transfer: 'application/vnd.fumarole.transfer.v1+cbor',
} as const;
export type ManifestType = (typeof ManifestType)[keyof typeof ManifestType];

export const ImageKey = {
  name: 0,
  version: 1,
  release: 2,
  securityFloor: 3,
  created: 4,
  allowDowngrade: 5,
  constraints: 6,
  components: 7,
  metadata: 8,
} as const;

export const ConstraintKey = { manufacturer: 0, models: 1, hardware: 2, fromVersions: 3 } as const;

export const ComponentKey = { id: 0, size: 1, sha256: 2, root: 3 } as const;

export const TransferKey = { parts: 0 } as const;

export const PartKey = {
  target: 0,
  method: 1,
  size: 2,
  sha256: 3,
  blocks: 4,
  memory: 5,
  base: 6,
  baseSize: 7,
} as const;
