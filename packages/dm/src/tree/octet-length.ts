import { utf8 } from '../auth/host.ts';

/** Octets of a value as stored: the Size property (tree §3). */
export function octetLength(value: string | Uint8Array | undefined): number {
  if (value === undefined) return 0;
  return typeof value === 'string' ? utf8(value).length : value.length;
}
