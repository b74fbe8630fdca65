/** Limits of what is read from outside by the object face. */

/** A download descriptor (dlota.md §2). */
export const MAX_DESCRIPTOR_BYTES: number = 64 * 1024;
/** Elements of a descriptor: twelve are known, the rest is ignored. */
export const MAX_DESCRIPTOR_NODES = 1000;
/** URIs in a descriptor that is read; ours stay below 255. */
export const MAX_DESCRIPTOR_URI = 2048;
export const MAX_DESCRIPTOR_NAME = 128;
export const MAX_DESCRIPTOR_DESCRIPTION = 1024;
export const MAX_INSTALL_PARAM = 4096;
/** `type` elements that are kept. */
export const MAX_DESCRIPTOR_TYPES = 16;
