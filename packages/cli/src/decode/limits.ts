/** Octets that are read of one input; firmware behind the header of an update package is not looked at. */
export const MAX_INPUT_OCTETS: number = 16 * 1024 * 1024;
/** Documents inside documents: a PDU, its push, the message, its TNDS. */
export const MAX_LAYERS = 8;
/** Warnings that are told; more say nothing new. */
export const MAX_WARNINGS = 100;
/** Characters of one value in the tree; `--json` has all. */
export const MAX_SHOWN_CHARACTERS = 200;
/** Octets of a binary value that are shown. */
export const MAX_SHOWN_OCTETS = 32;
/** Open elements of XML that are shown; the parser refuses more than 32. */
export const MAX_XML_DEPTH = 40;
