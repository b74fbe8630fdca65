/** An image that takes part in a delta; places are whole numbers of 31 bits. */
export const MAX_IMAGE_BYTES = 0x7fffffff;
/** Octets of the new image that are coded together; a decoder can stop and go on between two of these. */
export const INTERVAL_BYTES = 0x100000;
/** More commands than this for an image would be longer than the image; a decoder keeps 16 octets for each. */
export const MAX_COMMANDS = 0x40000;
/** Coded commands, all together. */
export const MAX_COMMAND_BYTES = 0x200000;
/** Cells of a table of contexts: 2^18 at most, so that all of them take less than 7 MB; more gains nothing for one interval. */
export const MAX_TABLE_BITS = 18;
export const MIN_TABLE_BITS = 8;
/** With more than one interval, what was learnt must fit into a checkpoint. */
export const MAX_CHECKPOINT_BYTES = 0x40000;
/** So the tables have at most so many cells of two octets then; 40 kB are for what else was learnt. */
export const MAX_CELLS_OF_SEVERAL: number = (MAX_CHECKPOINT_BYTES - 0xa000) / 2;
/** Forms of pointers of one image. */
export const MAX_POINTER_FORMS = 4;
/** A head that is longer is none. */
export const MAX_HEAD_BYTES = 128;
