import { partsLength } from './message-part.ts';
import type { Command, Encoding, MessagePart, SyncMLMessage } from './model.ts';
import { writeCommand } from './write/command.ts';
import type { Emitter } from './write/emitter.ts';
import { writeMessage } from './write/message.ts';
import { WbxmlEmitter } from './write/wbxml-emitter.ts';
import { XmlEmitter } from './write/xml-emitter.ts';

const PAGE_SWITCH_OCTETS = 2;

/**
 * Writes one message in DTD order: one `octets` part, cut where a `BlobData` stands and, in WBXML, where octets of a
 * kilobyte or more do, which are handed over as they are. VerDTD 1.1 and 1.0 are written under their own namespace and
 * public identifier.
 */
export function encode(message: SyncMLMessage, encoding: Encoding): readonly MessagePart[] {
  const { VerDTD } = message.hdr;
  const out = encoding === 'xml' ? new XmlEmitter(VerDTD) : new WbxmlEmitter(VerDTD);
  writeMessage(out, message);
  return out.parts();
}

/** Octets that `encode` would produce, blob ranges (as base64 where so written) included. */
export function encodedLength(message: SyncMLMessage, encoding: Encoding): number {
  return partsLength(encode(message, encoding));
}

/**
 * Octets that one more command adds to a message, at most: in WBXML a switch of code page before it is counted. A
 * message is thus never longer than its empty form plus `commandLength` of each command plus 2 before `Final`.
 */
export function commandLength(command: Command, encoding: Encoding): number {
  const out: Emitter = encoding === 'xml' ? new XmlEmitter('1.2') : new WbxmlEmitter('1.2');
  const before = out.length;
  writeCommand(out, command);
  return out.length - before + (encoding === 'xml' ? 0 : PAGE_SWITCH_OCTETS);
}
