import type { Data } from '@fumarole/syncml';
import { utf8 } from '../auth/host.ts';
import { decodePiece } from './base64-stream.ts';

/** What has arrived of an object that comes in pieces. */
export interface Arrived {
  readonly base64: boolean;
  /** As declared. */
  readonly size: number;
  /** Octets as carried. */
  readonly carried: number;
  /** Octets handed on. */
  readonly decoded: number;
  /** base64 characters that make no whole group yet. */
  readonly rest: string;
}

/** Octets of a `Data` as carried in the message. */
export function carriedOctets(data: Data | undefined): Uint8Array {
  if (data === undefined || typeof data === 'string') {
    return utf8(data ?? '');
  }
  return data instanceof Uint8Array ? data : new Uint8Array(0);
}

/** Takes one piece; a number is the Status that refuses it (§4, receiver rules 2, 3, 7). */
export function takePiece(
  arrived: Arrived,
  data: Data | undefined,
  last: boolean,
): { readonly arrived: Arrived; readonly bytes: Uint8Array } | 424 {
  const octets = carriedOctets(data);
  const carried = arrived.carried + octets.length;
  const piece = arrived.base64
    ? decodePiece(arrived.rest, asciiText(octets), last)
    : { bytes: octets, rest: '' };
  if (piece === undefined) {
    return 424;
  }
  const decoded = arrived.decoded + piece.bytes.length;
  const whole = carried === arrived.size || (arrived.base64 && decoded === arrived.size);
  if (last ? !whole : carried >= arrived.size && !(arrived.base64 && decoded < arrived.size)) {
    return 424;
  }
  return { arrived: { ...arrived, carried, decoded, rest: piece.rest }, bytes: piece.bytes };
}

/** Status that refuses the first piece of an object (§4, receiver rule 2); undefined: it may come. */
export function refuseFirst(size: number | undefined, maxObjSize: number): 411 | 413 | undefined {
  if (size === undefined) {
    return 411;
  }
  return size > maxObjSize ? 413 : undefined;
}

function asciiText(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) {
    text += String.fromCharCode(octet);
  }
  return text;
}
