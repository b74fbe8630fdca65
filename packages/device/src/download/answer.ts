/** What the head of an answer to a download request means (dlota.md §8.1). */
import type { IncomingMessage } from 'node:http';
import type { DownloadProgress } from '@fumarole/fumo/device';

export type Answer =
  /** The body goes on where we are. */
  | { readonly kind: 'append'; readonly total: number | undefined }
  /** The body is the whole, from 0. */
  | { readonly kind: 'whole'; readonly total: number | undefined }
  /** We have everything. */
  | { readonly kind: 'complete' }
  /** Ask again from 0. */
  | { readonly kind: 'restart'; readonly refused: boolean }
  | { readonly kind: 'failed'; readonly status: number };

export function answerOf(response: IncomingMessage, offset: number, progress: DownloadProgress): Answer {
  const status = response.statusCode ?? 0;
  switch (status) {
    case 200:
      return { kind: 'whole', total: lengthOf(response) };
    case 206:
      return partial(response, offset, progress);
    case 412:
      return { kind: 'restart', refused: false };
    case 416:
      return offset > 0 && totalOf416(response) === offset
        ? { kind: 'complete' }
        : { kind: 'restart', refused: true };
    default:
      return { kind: 'failed', status };
  }
}

export function mediaTypeOf(response: IncomingMessage): string | undefined {
  const essence = response.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return essence === '' ? undefined : essence;
}

/** `"abc"`; weak ones (`W/"abc"`) prove nothing about octets. */
export function strongEtag(response: IncomingMessage): string | undefined {
  const etag = response.headers.etag?.trim();
  return etag?.startsWith('"') ? etag : undefined;
}

function partial(response: IncomingMessage, offset: number, progress: DownloadProgress): Answer {
  if (mediaTypeOf(response) === 'multipart/byteranges') return { kind: 'restart', refused: false };
  const range = /^bytes\s+(\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(
    response.headers['content-range']?.trim() ?? '',
  );
  if (range === null || Number(range[1]) !== offset) return { kind: 'restart', refused: false };
  const total = range[3] === '*' ? undefined : Number(range[3]);
  if (progress.total !== undefined && total !== undefined && total !== progress.total) {
    return { kind: 'restart', refused: false };
  }
  const etag = strongEtag(response);
  const changed = etag !== undefined && progress.etag !== undefined && etag !== progress.etag;
  return changed ? { kind: 'restart', refused: false } : { kind: 'append', total: total ?? progress.total };
}

function totalOf416(response: IncomingMessage): number | undefined {
  const total = /^bytes\s+\*\/(\d{1,16})$/i.exec(response.headers['content-range']?.trim() ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}

function lengthOf(response: IncomingMessage): number | undefined {
  const text = response.headers['content-length'];
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}
