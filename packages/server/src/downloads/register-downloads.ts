import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admit } from './admit.ts';
import { answerText } from './answer.ts';
import type { DownloadDeps } from './deps.ts';
import { receiveNotify } from './install-notify.ts';
import { MAX_DOWNLOADS, RETRY_AFTER_SECONDS } from './limits.ts';
import { sendDescriptor } from './send-descriptor.ts';
import { sendPackage } from './send-package.ts';

type Handler = (token: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** `/d/:token` packages, `/dd/:token` descriptors, `/n/:token` reports. No answer is ever a redirect (D-065). */
export async function registerDownloads(app: FastifyInstance, deps: DownloadDeps): Promise<void> {
  const downloads = packageHandler(deps);
  await app.register(async (scope) => {
    // In onRequest, before the framework judges content type and body: reports come with any or none (D-046).
    // A wildcard, because named parameters have at most 100 characters.
    const route = (url: string, handle: Handler): void => {
      const onRequest = async (
        { raw, params }: FastifyRequest<{ Params: { '*': string } }>,
        reply: FastifyReply,
      ): Promise<void> => {
        reply.hijack();
        await guarded(() => handle(params['*'], raw, reply.raw), reply.raw, deps);
      };
      scope.all<{ Params: { '*': string } }>(url, { onRequest }, async () => undefined);
    };
    route('/d/*', downloads);
    route('/dd/*', async (token, request, response) => {
      const admission = await admit('dd', token, request, response, deps);
      if (admission !== undefined) await sendDescriptor(admission, deps);
    });
    route('/n/*', (token, request, response) => receiveNotify(token, request, response, deps));
  });
}

/** Only so many at once: each holds an open file and two buffers. */
function packageHandler(deps: DownloadDeps): Handler {
  const atMost = deps.limits?.maxDownloads ?? MAX_DOWNLOADS;
  let running = 0;
  return async (token, request, response) => {
    if (running >= atMost) {
      answerText(response, 503, 'Too many downloads at once.', { 'Retry-After': RETRY_AFTER_SECONDS });
      return;
    }
    running += 1;
    try {
      const admission = await admit('d', token, request, response, deps);
      if (admission !== undefined) await sendPackage(admission, deps);
    } finally {
      running -= 1;
    }
  };
}

/** A hijacked reply is nobody's but ours: whatever fails is answered here, or breaks the connection when the head is out. */
async function guarded(
  handle: () => Promise<void>,
  response: ServerResponse,
  deps: DownloadDeps,
): Promise<void> {
  try {
    await handle();
  } catch (error) {
    deps.onError?.(error);
    if (response.headersSent) response.destroy();
    else answerText(response, 500, 'The server failed; try again.');
  }
}
