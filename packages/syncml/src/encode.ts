import type { Command, Encoding, MessagePart, SyncMLMessage } from './model.ts';

/** Writes one message in DTD order: one `octets` part, cut only where a `BlobData` stands. */
export function encode(message: SyncMLMessage, encoding: Encoding): readonly MessagePart[] {
  throw new Error(`not yet ${message.final} ${encoding}`);
}

/** Octets that `encode` would produce, blob ranges (as base64 where so written) included. */
export function encodedLength(message: SyncMLMessage, encoding: Encoding): number {
  throw new Error(`not yet ${message.final} ${encoding}`);
}

/** Octets that one more command adds to a message, at most (WBXML code-page switches counted at their worst). */
export function commandLength(command: Command, encoding: Encoding): number {
  throw new Error(`not yet ${command.kind} ${encoding}`);
}
