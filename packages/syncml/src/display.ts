import { encodeText } from '@fumarole/wbxml';
import { encodeBase64 } from './base64.ts';
import type { BlobRef, SyncMLMessage } from './model.ts';
import { writeMessage } from './write/message.ts';
import { TreeEmitter, type ValueText } from './write/tree-emitter.ts';
import { serialiseXml } from './xml/serialise.ts';

export interface DisplayOptions {
  /** Spaces per level, default 2. */
  readonly indent?: number;
  /** Values longer than this many octets are shown as length, digest and first octets; default: whole. */
  readonly maxDataOctets?: number;
  /** Digest shown beside a shortened value, as hex; default: none. */
  readonly sha256?: (octets: Uint8Array) => string;
}

/** Octets of a shortened value that are shown. */
const SHOWN_OCTETS = 64;
const DEFAULT_INDENT = 2;

/**
 * The message as indented XML for people, in the order of the DTD: octets as base64; ranges of stored objects, and
 * values over `maxDataOctets`, in words. Of commands that were not understood, name and CmdID.
 */
export function toXmlText(message: SyncMLMessage, options: DisplayOptions = {}): string {
  const emitter = new TreeEmitter(message.hdr.VerDTD, valueText(options));
  writeMessage(emitter, message);
  return serialiseXml(emitter.root, { indent: options.indent ?? DEFAULT_INDENT });
}

function valueText({ maxDataOctets = Number.POSITIVE_INFINITY, sha256 }: DisplayOptions): ValueText {
  const shortened = (octets: Uint8Array, shown: string): string => {
    const digest = sha256 === undefined ? '' : `, sha256 ${sha256(octets)}`;
    return `(${octets.length} octets${digest}, begins ${shown})`;
  };
  return {
    text: (text) => {
      if (text.length * 3 <= maxDataOctets) {
        return text;
      }
      const octets = encodeText(text);
      return octets.length <= maxDataOctets ? text : shortened(octets, text.slice(0, SHOWN_OCTETS));
    },
    octets: (octets) =>
      octets.length <= maxDataOctets
        ? encodeBase64(octets)
        : shortened(octets, encodeBase64(octets.subarray(0, SHOWN_OCTETS))),
    blob: ({ sha256: hex, offset, length }: BlobRef) =>
      `(${length} octets from offset ${offset} of object sha256 ${hex})`,
  };
}
