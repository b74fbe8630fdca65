import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerText } from './answer.ts';
import type { BasicGate, DownloadDeps } from './deps.ts';
import { type DownloadGrant, parseToken } from './token.ts';

/** Everything that one package or descriptor request is about. */
export interface Admission {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly grant: DownloadGrant;
}

/** Method, token, expiry and password of a download; undefined when the request was answered with the reason. */
export async function admit(
  use: 'd' | 'dd',
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
  deps: DownloadDeps,
): Promise<Admission | undefined> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    answerText(response, 405, 'Only GET and HEAD.', { Allow: 'GET, HEAD' });
    return undefined;
  }
  const grant = parseToken(use, token, deps.key);
  if (grant === undefined) {
    answerText(response, 403, 'This download link was not made by this server.');
    return undefined;
  }
  if (deps.now() >= grant.expires) {
    answerText(
      response,
      410,
      'This download link has expired; the server gives a new one at the next session.',
    );
    return undefined;
  }
  if (
    deps.basic !== undefined &&
    !(await passes(deps.basic, request.headers.authorization, grant.deviceId))
  ) {
    const challenge = `Basic realm="${deps.basic.realm.replace(/["\\]/g, '')}", charset="UTF-8"`;
    answerText(response, 401, 'Name and password are needed.', { 'WWW-Authenticate': challenge });
    return undefined;
  }
  return { request, response, grant };
}

async function passes(gate: BasicGate, header: string | undefined, deviceId: string): Promise<boolean> {
  const credentials = /^Basic\s+([A-Za-z0-9+/=]{1,1024})\s*$/i.exec(header ?? '')?.[1];
  if (credentials === undefined) return false;
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon >= 0 && (await gate.admits(text.slice(0, colon), text.slice(colon + 1), deviceId));
}
