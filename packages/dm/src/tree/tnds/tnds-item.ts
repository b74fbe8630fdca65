import { DecodeError, decodeBase64 } from '@fumarole/syncml';
import { utf8 } from '../../auth/host.ts';
import type { MetaItem } from '../item-context.ts';
import { Refusal } from '../refusal.ts';
import { parseTnds, type TndsNode, type TndsObject } from './tnds-object.ts';

/** The serialised subtree that an Item carries: XML text, WBXML octets, or either in base64 (tree §8.1). @throws Refusal 412, 415 */
export function tndsOf(item: MetaItem): TndsObject {
  const { Data: data } = item;
  if (data === undefined || data === '') throw new Refusal(412);
  // References to stored objects exist in outgoing messages only.
  if (typeof data !== 'string' && 'kind' in data) throw new Refusal(500);
  try {
    const object = parseTnds(typeof data === 'string' ? (unpacked(data) ?? data) : data);
    if (object.nodes.length === 0) throw new Refusal(415); // at least one Node (tree §8.2)
    return object;
  } catch (error) {
    throw error instanceof DecodeError ? new Refusal(415) : error;
  }
}

/** Value of a leaf as the commands take it: the octets of a `bin` node, which come in base64. */
export function carriedValue({ value, format }: TndsNode, binary: boolean): string | Uint8Array | undefined {
  if (value === undefined || !binary || format?.toLowerCase() === 'b64') return value;
  return decodeBase64(value) ?? utf8(value);
}

/** Text that is no XML may be base64, whatever Format says. */
function unpacked(text: string): Uint8Array | undefined {
  return /^[\s\ufeff]*</.test(text) ? undefined : decodeBase64(text);
}
