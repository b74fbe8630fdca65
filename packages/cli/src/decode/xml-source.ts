import { decodeTextStrictly } from '@fumarole/wbxml';

/** XML as text, and where its characters lie in the octets. */
export interface XmlSource {
  readonly text: string;
  /** Octets that a piece of the text had. */
  readonly octetsOf: (text: string) => number;
  /** First octet that is not of UTF-8, where the document does not say that it is written in another set. */
  readonly foreignAt?: number;
  /** Octet of a place that the parser names: it counts characters, and NULs not at all. */
  readonly placeOf: (characters: number) => number;
}

const LATIN_1 = /^\s*<\?xml[^>]*\sencoding\s*=\s*["'](?:iso-8859-1|us-ascii|ascii)["']/i;

/** UTF-8, or octet by octet what is none: so every place stays true. */
export function xmlSource(octets: Uint8Array): XmlSource {
  const strict = decodeTextStrictly(octets);
  if (strict !== undefined) {
    return {
      text: strict,
      octetsOf: Buffer.byteLength,
      placeOf: (characters) => Buffer.byteLength(strict.slice(0, withNuls(strict, characters))),
    };
  }
  const text = Buffer.from(octets).toString('latin1');
  const isLatin1 = LATIN_1.test(text.slice(0, 200));
  const lenient = isLatin1 ? text : Buffer.from(octets).toString('utf8');
  return {
    text,
    octetsOf: (piece) => piece.length,
    ...(isLatin1 ? {} : { foreignAt: firstForeign(octets) }),
    placeOf: (characters) => {
      const at = withNuls(lenient, characters);
      return isLatin1 ? at : octetsWith(octets, at);
    },
  };
}

/** The parser drops NULs before it counts. */
function withNuls(text: string, characters: number): number {
  let place = Math.min(characters, text.length);
  for (let at = text.indexOf('\0'); at >= 0 && at < place; at = text.indexOf('\0', at + 1)) place += 1;
  return Math.min(place, text.length);
}

/** Length of the longest start that is UTF-8, by halving. */
function firstForeign(octets: Uint8Array): number {
  const isStart = (end: number): boolean => decodeTextStrictly(octets.subarray(0, end)) !== undefined;
  // a start that ends within a character is none, but a shorter one is
  const backs = [0, 1, 2, 3];
  const near = halved(octets.length, (end) => backs.some((back) => end >= back && isStart(end - back)));
  return near - (backs.find((back) => near >= back && isStart(near - back)) ?? 0);
}

/** Octets that hold so many characters, each octet that is no UTF-8 being one. */
function octetsWith(octets: Uint8Array, characters: number): number {
  const whole = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  return halved(octets.length, (end) => whole.toString('utf8', 0, end).length <= characters);
}

/** Largest number up to `length` for which `holds`, which holds up to some place and not behind it. */
function halved(length: number, holds: (end: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
