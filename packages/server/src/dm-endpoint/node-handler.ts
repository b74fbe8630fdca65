/** The DM endpoint on node:http, ahead of the router: the one file that knows requests and responses of Node. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ContentType, parseContentType } from '@fumarole/syncml';
import type { Logger } from 'pino';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import type { Metrics } from '../observe/metrics.ts';
import { StoreError } from '../store/store-error.ts';
import { Deadlines } from './deadlines.ts';
import { type DmRequest, type DmResponse, plainAnswer } from './exchange.ts';
import { type EndpointDeps, type Handled, handleMessage } from './handle-message.ts';
import {
  BODY_SLACK_BYTES,
  BODY_TIMEOUT_MS,
  MAX_CONCURRENT,
  MAX_READING,
  RETRY_AFTER_SECONDS,
} from './limits.ts';
import { peerOf, type TrustProxy } from './peer.ts';
import { type BodyProblem, readBody } from './read-body.ts';

export interface NodeHandlerDeps extends EndpointDeps {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly trust: TrustProxy;
  readonly bodyTimeoutMs?: number | undefined;
  /** Messages worked on at once. */
  readonly maxConcurrent?: number | undefined;
}

/** What one process has in hand. */
interface Hand {
  /** The session each connection served last, for families that ignore RespURI. */
  readonly served: WeakMap<object, string>;
  readonly load: Load;
  /** Of the bodies on their way in. */
  readonly deadlines: Deadlines;
  /** Headers read before: a fleet sends a handful of different ones. */
  readonly types: Map<string | undefined, ContentType | undefined>;
}

interface Load {
  reading: number;
  working: number;
  readonly maxWorking: number;
}

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

const CHARSETS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'iso-8859-1']);

export function createNodeHandler(deps: NodeHandlerDeps): NodeHandler {
  const served = new WeakMap<object, string>();
  const deadlines = new Deadlines(deps.bodyTimeoutMs ?? BODY_TIMEOUT_MS);
  const types: Hand['types'] = new Map();
  const load: Load = { reading: 0, working: 0, maxWorking: deps.maxConcurrent ?? MAX_CONCURRENT };
  return (request, response) => {
    if (load.reading >= MAX_READING) {
      send(response, busy('Too many messages at once.'), true);
      request.resume();
      return;
    }
    exchange(deps, request, { served, load, deadlines, types })
      .then((answer) => {
        if (answer.session !== undefined) served.set(request.socket, answer.session);
        // What is left of a body that was not read must not be taken for the next request.
        send(response, answer, !request.complete);
      })
      .catch((error: unknown) => {
        deps.log.error({ err: error }, 'DM answer failed');
        response.destroy();
      });
  };
}

async function exchange(
  deps: NodeHandlerDeps,
  request: IncomingMessage,
  { served, load, deadlines, types }: Hand,
): Promise<DmResponse> {
  if (request.method !== 'POST') return plainAnswer(405, 'POST only.', { allow: 'POST' });
  const type = typeOf(request.headers['content-type'], types);
  const coding = request.headers['content-encoding'] ?? 'identity';
  if (type === undefined || !CHARSETS.has(type.charset) || coding.toLowerCase() !== 'identity') {
    return plainAnswer(415, 'Send application/vnd.syncml.dm+wbxml or application/vnd.syncml.dm+xml.');
  }
  const limit = deps.session.maxMsgSize + BODY_SLACK_BYTES;
  load.reading += 1;
  const body = await readBody(request, limit, deadlines);
  load.reading -= 1;
  if (typeof body === 'string') return problemAnswer(body, limit);
  if (load.working >= load.maxWorking) return busy('Too many messages at once.');
  const peer = peerOf(request, deps.trust);
  const start = performance.now();
  load.working += 1;
  const handled = await guarded(deps, {
    body,
    type,
    hmacHeader: headerText(request.headers['x-syncml-hmac']),
    token: tokenOf(request.url ?? ''),
    secure: peer.secure,
    loopback: peer.loopback,
    certificateDevice: peer.certificateDevice,
    connectionSession: peer.direct ? served.get(request.socket) : undefined,
  });
  load.working -= 1;
  const { response, report } = handled;
  const seconds = (performance.now() - start) / 1000;
  deps.metrics.message({ encoding: type.encoding, auth: report.auth, outcome: report.outcome, seconds });
  if (report.outcome === 'malformed' || report.outcome === 'refused') {
    deps.log.info({ ...report, bytes: body.length }, 'DM message refused');
  } else if (deps.log.isLevelEnabled('debug')) {
    deps.log.debug({ ...report, bytes: body.length }, 'DM message');
  }
  return response;
}

const MAX_TYPES = 64;

function typeOf(header: string | undefined, types: Hand['types']): ContentType | undefined {
  if (types.has(header)) return types.get(header);
  const type = parseContentType(header);
  if (types.size < MAX_TYPES) types.set(header, type);
  return type;
}

async function guarded(deps: NodeHandlerDeps, request: DmRequest): Promise<Handled> {
  try {
    return await handleMessage(deps, request);
  } catch (error) {
    const away = error instanceof StoreError && (error.code === 'busy' || error.code === 'closed');
    // A repeated answer names a package that is lost on our disk: no other answer may stand for it (P-016), and the
    // device's next session goes without.
    const lost = error instanceof ArtifactError;
    deps.log.error({ err: error }, 'DM message failed');
    return {
      response:
        away || lost ? busy('The store does not answer.') : plainAnswer(500, 'The server made a mistake.'),
      report: { outcome: 'failed', auth: 'unknown' },
    };
  }
}

function busy(text: string): DmResponse {
  return plainAnswer(503, text, { 'retry-after': String(RETRY_AFTER_SECONDS) });
}

function problemAnswer(problem: BodyProblem, limit: number): DmResponse {
  if (problem === 'too-large') return plainAnswer(413, `A message has at most ${limit} octets.`);
  return problem === 'too-slow'
    ? plainAnswer(408, 'The message did not arrive in time.')
    : plainAnswer(400, 'The message broke off.');
}

function send(response: ServerResponse, answer: DmResponse, close: boolean): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, close ? { ...answer.headers, connection: 'close' } : answer.headers);
  response.end(answer.body);
}

function headerText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

/** The token of RespURI; clients may append parameters of their own. */
function tokenOf(url: string): string | undefined {
  return /[?&]s=([A-Za-z0-9_-]{1,64})(?:&|$)/.exec(url)?.[1];
}
