/** Octets covered by one block hash. */
export const BLOCK_BYTES = 65_536;
/** A header of the largest payload (4 GiB, so 65,536 block hashes) fits in twice this; nothing larger is read into memory. */
export const MAX_HEADER_BYTES: number = 4 * 1024 * 1024;
/** An image manifest holds texts and a few components: what a microcontroller may have to keep. */
export const MAX_IMAGE_MANIFEST_BYTES: number = 64 * 1024;
/** Octets of payload: what 32-bit readers still count, and whose block hashes fit the header. */
export const MAX_PAYLOAD_BYTES = 0xffff_ffff;
/** Signatures in one envelope: enough for any threshold, few enough to try them all. */
export const MAX_SIGNATURES = 16;
/** Octets of one signature: Ed25519 and P-256 have 64. */
export const MAX_SIGNATURE_BYTES = 256;
export const MAX_COMPONENTS = 64;
/** Entries of a list in the constraints. */
export const MAX_LIST_ENTRIES = 1024;
/** UTF-8 octets of a name, version or id. */
export const MAX_TEXT_BYTES = 255;
/** Entries of the free metadata. */
export const MAX_METADATA_ENTRIES = 64;
/** UTF-8 octets of one metadata value. */
export const MAX_METADATA_BYTES = 4096;
