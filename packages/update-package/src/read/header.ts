/**
 * The container: preamble, sections in rising order of their tags, payload. docs/package-format.md §2. All numbers
 * are unsigned and big-endian.
 */
import { malformed } from './cbor-map.ts';
import { decodeEnvelope } from './envelope.ts';
import { equalOctets } from './hex.ts';
import { decodeImageManifest } from './image-manifest.ts';
import {
  FIRST_SKIPPABLE_TAG,
  FORMAT_VERSION,
  MAGIC,
  PREAMBLE_BYTES,
  SECTION_PREFIX_BYTES,
  SectionTag,
} from './layout.ts';
import { MAX_HEADER_BYTES, MAX_IMAGE_MANIFEST_BYTES } from './limits.ts';
import type { PackageHeader } from './manifest.ts';
import { PackageError, PackageErrorCode } from './refusal.ts';
import { checkTransferFits, decodeTransferManifest, payloadLength } from './transfer-manifest.ts';

/**
 * Octets before the payload, from the first 16 octets of a package; undefined while fewer are there.
 * Throws {@link PackageError} as soon as the octets cannot begin a package, or its header is above the limit.
 */
export function peekHeaderLength(start: Uint8Array): number | undefined {
  const seen = Math.min(start.length, MAGIC.length);
  if (!equalOctets(start.subarray(0, seen), MAGIC.subarray(0, seen))) {
    throw new PackageError(
      PackageErrorCode.malformed,
      'this is no update package: it does not begin with the magic',
      0,
    );
  }
  if (start.length < PREAMBLE_BYTES) return undefined;
  const view = viewOf(start);
  const major = view.getUint8(8);
  if (major !== FORMAT_VERSION.major) {
    throw new PackageError(
      PackageErrorCode.unsupported,
      `format version ${major} is unknown to this reader`,
      8,
    );
  }
  if (view.getUint16(10) !== 0)
    throw new PackageError(PackageErrorCode.malformed, 'reserved octets are not zero', 10);
  const length = view.getUint32(12);
  if (length < PREAMBLE_BYTES)
    throw new PackageError(PackageErrorCode.malformed, 'the header is shorter than itself', 12);
  if (length > MAX_HEADER_BYTES) {
    throw new PackageError(PackageErrorCode.limit, `the header is above ${MAX_HEADER_BYTES} octets`, 12);
  }
  return length;
}

/** Parses the header of a package from its first octets (more may follow); throws {@link PackageError}. */
export function parseHeader(start: Uint8Array): PackageHeader {
  const headerLength = peekHeaderLength(start);
  if (headerLength === undefined || start.length < headerLength) {
    throw new PackageError(PackageErrorCode.truncated, 'the package ends within its header', start.length);
  }
  const sections = readSections(start.subarray(0, headerLength));
  const imageSection = required(sections, SectionTag.image, 'image');
  if (imageSection.length > MAX_IMAGE_MANIFEST_BYTES) {
    throw new PackageError(
      PackageErrorCode.limit,
      `the image section is above ${MAX_IMAGE_MANIFEST_BYTES} octets`,
    );
  }
  const image = decodeEnvelope(imageSection, 'image');
  const transfer = decodeEnvelope(required(sections, SectionTag.transfer, 'transfer'), 'transfer');
  const imageManifest = decodeImageManifest(image.octets);
  const transferManifest = decodeTransferManifest(transfer.octets);
  checkTransferFits(imageManifest, transferManifest);
  return {
    version: { major: FORMAT_VERSION.major, minor: viewOf(start).getUint8(9) },
    headerLength,
    payloadLength: payloadLength(transferManifest.parts),
    image: { ...image, manifest: imageManifest },
    transfer: { ...transfer, manifest: transferManifest },
  };
}

function readSections(header: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const view = viewOf(header);
  const sections = new Map<number, Uint8Array>();
  let at = PREAMBLE_BYTES;
  let last = 0;
  while (at < header.length) {
    if (header.length - at < SECTION_PREFIX_BYTES)
      throw new PackageError(PackageErrorCode.malformed, 'half a section', at);
    const tag = view.getUint16(at);
    const length = view.getUint32(at + 2);
    if (tag <= last)
      throw new PackageError(PackageErrorCode.malformed, 'sections are not in rising order', at);
    if (tag < FIRST_SKIPPABLE_TAG && tag !== SectionTag.image && tag !== SectionTag.transfer) {
      throw new PackageError(PackageErrorCode.unsupported, `section ${tag} is unknown to this reader`, at);
    }
    at += SECTION_PREFIX_BYTES;
    if (length > header.length - at) {
      throw new PackageError(PackageErrorCode.malformed, `section ${tag} is longer than the header`, at);
    }
    sections.set(tag, header.subarray(at, at + length));
    at += length;
    last = tag;
  }
  return sections;
}

function required(sections: ReadonlyMap<number, Uint8Array>, tag: number, name: string): Uint8Array {
  const section = sections.get(tag);
  if (section === undefined) throw malformed(`the package has no ${name} section`);
  return section;
}

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}
