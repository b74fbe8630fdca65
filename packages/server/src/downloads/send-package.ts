import type { ServerResponse } from 'node:http';
import type { ArtifactStat } from '../artifacts/port.ts';
import type { Admission } from './admit.ts';
import { answerText } from './answer.ts';
import { type ByteRange, parseRange, rangeStands } from './byte-range.ts';
import type { DownloadDeps } from './deps.ts';
import { PROGRESS_MS, STALL_MS } from './limits.ts';

type Span = Exclude<ByteRange, { kind: 'unsatisfiable' }>;

/** A package or a range of it, as dlota.md §8.1 says (D-051 to D-055); resolves when the device has it or is gone. */
export async function sendPackage(
  { request, response, grant }: Admission,
  deps: DownloadDeps,
): Promise<void> {
  const [stat, record] = await Promise.all([deps.artifacts.stat(grant.sha256), deps.package(grant.sha256)]);
  if (stat === undefined || record === undefined) {
    answerText(response, 404, 'This package is not here any more.');
    return;
  }
  const { ETag, 'Last-Modified': lastModified, ...headers } = validators(stat, record.contentType);
  const asked = request.method === 'HEAD' ? undefined : request.headers.range;
  const range: ByteRange = rangeStands(singleHeader(request.headers['if-range']), ETag, lastModified)
    ? parseRange(asked, stat.size)
    : { kind: 'whole' };
  const all = { ETag, 'Last-Modified': lastModified, ...headers };
  if (range.kind === 'unsatisfiable') {
    answerText(response, 416, 'The range is beyond the end.', {
      ...all,
      'Content-Range': `bytes */${stat.size}`,
    });
    return;
  }
  writeHead(response, range, stat.size, all);
  if (request.method === 'HEAD' || stat.size === 0) {
    response.end();
    return;
  }
  await stream(response, range, stat, deps, (octets) =>
    deps.hooks?.onProgress?.(grant.deviceId, grant.attemptId, octets, stat.size),
  );
}

interface Validators {
  readonly ETag: string;
  readonly 'Last-Modified': string;
  readonly [name: string]: string;
}

/** On every answer about a package (D-051). The tag is the content's hash: new content, new tag (D-072). */
function validators(stat: ArtifactStat, contentType: string): Validators {
  return {
    ETag: `"${stat.sha256}"`,
    'Last-Modified': new Date(stat.storedAt).toUTCString(),
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-transform',
    'Content-Type': contentType,
  };
}

function writeHead(
  response: ServerResponse,
  range: Span,
  size: number,
  headers: Readonly<Record<string, string>>,
): void {
  if (range.kind === 'whole') {
    response.writeHead(200, { ...headers, 'Content-Length': size });
    return;
  }
  response.writeHead(206, {
    ...headers,
    'Content-Length': range.last - range.first + 1,
    'Content-Range': `bytes ${range.first}-${range.last}/${size}`,
  });
}

/** Piece by piece at the device's pace; a device that takes nothing for too long is cut off. */
async function stream(
  response: ServerResponse,
  range: Span,
  { sha256, size }: ArtifactStat,
  deps: DownloadDeps,
  progress: (octets: number) => void,
): Promise<void> {
  const offset = range.kind === 'whole' ? 0 : range.first;
  const length = range.kind === 'whole' ? size : range.last - range.first + 1;
  const stall = setTimeout(() => response.destroy(), deps.limits?.stallMs ?? STALL_MS);
  const tell = throttled(progress, deps.limits?.progressMs ?? PROGRESS_MS, deps.now);
  let sent = offset;
  try {
    for await (const piece of deps.artifacts.open({ sha256, offset, length })) {
      const last = sent + piece.length === offset + length;
      if (!(await handOver(response, piece, last))) return;
      stall.refresh();
      sent += piece.length;
      tell(sent);
    }
  } catch (error) {
    // The head is out: only a broken connection tells the device that the body is not whole.
    response.destroy();
    throw error;
  } finally {
    clearTimeout(stall);
    if (sent > offset) progress(sent);
    deps.hooks?.onSent?.(sent - offset, sent === offset + length);
  }
}

/** Resolves when the octets are the system's (and the buffer is free again): true; or when the connection is gone: false. */
function handOver(response: ServerResponse, octets: Uint8Array, last: boolean): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const gone = (): void => resolve(false);
    response.once('close', gone);
    const taken = (error?: Error | null): void => {
      response.off('close', gone);
      resolve(error === null || error === undefined);
    };
    // The last piece ends the response, so that a device that has it all finds the connection free.
    if (last) response.end(octets, taken);
    else response.write(octets, taken);
  });
}

function throttled(
  tell: (octets: number) => void,
  everyMs: number,
  now: () => number,
): (octets: number) => void {
  let next = now() + everyMs;
  return (octets) => {
    const at = now();
    if (at < next) return;
    next = at + everyMs;
    tell(octets);
  };
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
