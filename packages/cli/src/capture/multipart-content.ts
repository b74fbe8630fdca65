/** The parts of a multipart body (RFC 2046 §5.1) as a push proxy gateway gets them, and combined delivery. */
import { type Gathered, slice } from './octets.ts';

export interface ContentPart {
  readonly type: string;
  readonly content: Gathered;
}

const MAX_PARTS = 32;

/** Undefined: this is no multipart, or one whose boundary does not occur. */
export function contentParts(whole: Gathered, type: string | undefined): readonly ContentPart[] | undefined {
  const boundary = boundaryOf(type ?? '');
  if (boundary === undefined) return undefined;
  const octets = Buffer.from(whole.octets.buffer, whole.octets.byteOffset, whole.octets.length);
  const parts: ContentPart[] = [];
  for (let at = octets.indexOf(boundary); at >= 0 && parts.length < MAX_PARTS; ) {
    const next = octets.indexOf(boundary, at + boundary.length);
    const headAt = octets.indexOf('\r\n', at + boundary.length) + 2;
    if (next < 0 || headAt < 2 || headAt > next) break;
    const bodyAt = octets.indexOf('\r\n\r\n', headAt - 2);
    const from = bodyAt < 0 || bodyAt > next ? next : bodyAt + 4;
    const head = octets.toString('latin1', headAt, Math.min(from, headAt + 4096));
    // the line break before a boundary belongs to it
    const to = Math.max(from, octets.toString('latin1', next - 2, next) === '\r\n' ? next - 2 : next);
    parts.push({
      type: /^content-type:[ \t]*([^\r\n]*)/im.exec(head)?.[1] ?? '',
      content: slice(whole, from, to),
    });
    at = next;
  }
  return parts.length === 0 ? undefined : parts;
}

function boundaryOf(type: string): string | undefined {
  if (!/^\s*multipart\//i.test(type)) return undefined;
  const parameters = type
    .split(';')
    .map((parameter) => /^boundary\s*=\s*"?([^"\s]{1,70})"?$/i.exec(parameter.trim())?.[1]);
  const value = parameters.find((one) => one !== undefined);
  return value === undefined ? undefined : `--${value}`;
}
