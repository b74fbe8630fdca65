/** The object of a combined delivery: which part it is, and that it is the only one (D-025). */
import { failure } from './download-failure.ts';
import type { BodyPart, MultipartReader } from './multipart.ts';

export function typeOfPart({ headers }: BodyPart): string | undefined {
  return headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
}

/** `cid:` and Content-ID, or an address and Content-Location (RFC 2387 §3.2, RFC 2557 §5). */
export function isObject({ headers }: BodyPart, objectURI: string, url: URL): boolean {
  const id = /^cid:(.+)$/i.exec(objectURI)?.[1];
  if (id !== undefined) {
    const named = headers.get('content-id')?.replace(/^<|>$/g, '');
    return named === id || named === safelyDecoded(id);
  }
  const location = headers.get('content-location');
  return (
    location !== undefined &&
    URL.canParse(location, url.href) &&
    new URL(location, url).href === new URL(objectURI, url).href
  );
}

function safelyDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a stray % stands for itself
  }
}

export async function* onlyObject(parts: MultipartReader, object: BodyPart): AsyncGenerator<Uint8Array> {
  yield* object.body;
  if ((await parts.next()) !== undefined) throw failure('descriptor-invalid', 'more than one object');
  await parts.end();
}
