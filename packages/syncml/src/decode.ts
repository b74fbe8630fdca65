import type { DecodeLimits } from './limits.ts';
import type { Encoding, SyncMLMessage } from './model.ts';

/** Reads one SyncML message; tolerant of element order, unknown elements and the deviations of deployed clients. @throws DecodeError */
export function decode(octets: Uint8Array, encoding: Encoding, limits?: DecodeLimits): SyncMLMessage {
  throw new Error(`not yet ${octets.length} ${encoding} ${typeof limits}`);
}
