import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerText } from './answer.ts';
import type { DownloadDeps } from './deps.ts';
import { MAX_NOTIFY_BYTES, NOTIFY_BODY_MS, NOTIFY_GRACE_MS } from './limits.ts';
import { parseToken } from './token.ts';

/** The status report of OMA Download OTA (dlota.md §4): the first number of the body counts, the rest is text. */
export async function receiveNotify(
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
  deps: DownloadDeps,
): Promise<void> {
  if (request.method !== 'POST') {
    answerText(response, 405, 'A status report is a POST.', { Allow: 'POST' });
    return;
  }
  const grant = parseToken('n', token, deps.key);
  if (grant === undefined || deps.now() >= grant.expires + NOTIFY_GRACE_MS) {
    answerText(response, 404, 'Nothing is waiting for a report here.');
    return;
  }
  const body = await readBody(request, deps.limits?.notifyBodyMs ?? NOTIFY_BODY_MS);
  if (body.kind === 'too-large') {
    answerText(response, 413, `A status report has at most ${MAX_NOTIFY_BYTES} octets.`, {
      Connection: 'close',
    });
    return;
  }
  if (body.kind === 'broken') {
    answerText(response, 408, 'The report did not arrive whole.', { Connection: 'close' });
    return;
  }
  const report = parseReport(body.text);
  if (report === undefined) {
    answerText(response, 400, 'A status report begins with its code, such as `900 Success`.');
    return;
  }
  await deps.hooks?.onNotify?.(grant.deviceId, grant.attemptId, report.code, report.text);
  // Empty, and 200 rather than 204: some agents take nothing else for an answer (dlota.md §9).
  answerText(response, 200, '');
}

/** `900 Success \n\r`, `952 Device aborted`, `900 123.4`: the first number, and what follows it. */
export function parseReport(body: string): { readonly code: number; readonly text: string } | undefined {
  const [, code, text = ''] = /^\D*(\d{1,9})(?!\d)(.*)$/s.exec(body) ?? [];
  if (code === undefined) return undefined;
  return { code: Number(code), text: text.replace(/\p{Cc}+/gu, ' ').trim() };
}

type Body =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'broken' };

function readBody(request: IncomingMessage, withinMs: number): Promise<Body> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const end = (body: Body): void => {
      clearTimeout(timer);
      request.removeAllListeners('data').pause();
      resolve(body);
    };
    const timer = setTimeout(() => end({ kind: 'broken' }), withinMs);
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > MAX_NOTIFY_BYTES) end({ kind: 'too-large' });
      else pieces.push(piece);
    });
    request.once('end', () => end({ kind: 'text', text: Buffer.concat(pieces).toString('utf8') }));
    request.once('error', () => end({ kind: 'broken' }));
    request.once('close', () => end({ kind: 'broken' }));
  });
}
