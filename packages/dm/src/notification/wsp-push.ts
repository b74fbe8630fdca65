/** The WSP push PDU that carries a package 0 in one UDP datagram (notification §2.1). */
export function encodePush(_package0: Uint8Array, _tid?: number): Uint8Array {
  throw new Error('not yet');
}
/** The package 0 of a push PDU; undefined when content type or application id are not ours. Never throws. */
export function parsePush(_datagram: Uint8Array): Uint8Array | undefined {
  throw new Error('not yet');
}
/** Destination port of WAP push, connectionless and non-secure (notification §2.1). */
export const WAP_PUSH_PORT = 2948;
