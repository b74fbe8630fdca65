import { decodeBase64 } from '@fumarole/syncml';

/** Decodes base64 that arrives in pieces cut anywhere (§4, sender rule 5). Undefined: a character that is none. */
export function decodePiece(
  rest: string,
  piece: string,
  last: boolean,
): { readonly bytes: Uint8Array; readonly rest: string } | undefined {
  const text = rest + piece.replace(/[\s\0]+/g, '');
  const whole = last ? text.length : text.length - (text.length % 4);
  const bytes = decodeBase64(text.slice(0, whole));
  return bytes === undefined ? undefined : { bytes, rest: text.slice(whole) };
}
