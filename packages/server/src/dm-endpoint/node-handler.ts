/** The DM endpoint on node:http, ahead of the router: the one file that knows requests and responses of Node. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ContentType, parseContentType } from '@fumarole/syncml';
import type { Logger } from 'pino';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import type { Metrics } from '../observe/metrics.ts';
import { StoreError } from '../store/store-error.ts';
import { Deadlines } from './deadlines.ts';
import type { EndpointDeps, Handled } from './endpoint.ts';
import { type DmResponse, plainAnswer } from './exchange.ts';
import { handleMessage } from './handle-message.ts';
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
  const hand: Hand = { served, load, deadlines, types };
  return (request, response) => {
    if (load.reading >= MAX_READING) {
      send(response, busy('Too many messages at once.'), true);
      request.resume();
      return;
    }
    receive(deps, hand, request, response);
  };
}

function receive(
  deps: NodeHandlerDeps,
  hand: Hand,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { load, deadlines, types } = hand;
  const refuse = (answer: DmResponse): void => deliver(deps, request, response, answer);
  if (request.method !== 'POST') {
    refuse(plainAnswer(405, 'POST only.', { allow: 'POST' }));
    return;
  }
  const type = typeOf(request.headers['content-type'], types);
  const coding = request.headers['content-encoding'] ?? 'identity';
  if (type === undefined || !CHARSETS.has(type.charset) || coding.toLowerCase() !== 'identity') {
    refuse(plainAnswer(415, 'Send application/vnd.syncml.dm+wbxml or application/vnd.syncml.dm+xml.'));
    return;
  }
  const limit = deps.session.maxMsgSize + BODY_SLACK_BYTES;
  load.reading += 1;
  readBody(request, limit, deadlines, (body) => {
    load.reading -= 1;
    if (typeof body === 'string') refuse(problemAnswer(body, limit));
    else if (load.working >= load.maxWorking) refuse(busy('Too many messages at once.'));
    else void work(deps, hand, request, response, body, type);
  });
}

/** Never rejects. */
async function work(
  deps: NodeHandlerDeps,
  { served, load }: Hand,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  type: ContentType,
): Promise<void> {
  const start = performance.now();
  load.working += 1;
  let handled: Handled;
  try {
    const peer = peerOf(request, deps.trust);
    handled = await handleMessage(deps, {
      body,
      type,
      hmacHeader: headerText(request.headers['x-syncml-hmac']),
      token: tokenOf(request.url ?? ''),
      secure: peer.secure,
      loopback: peer.loopback,
      certificateDevice: peer.certificateDevice,
      connectionSession: peer.direct ? served.get(request.socket) : undefined,
    });
  } catch (error) {
    handled = failed(deps, error);
  }
  load.working -= 1;
  const { response: answer, report } = handled;
  if (answer.session !== undefined) served.set(request.socket, answer.session);
  deliver(deps, request, response, answer);
  const seconds = (performance.now() - start) / 1000;
  deps.metrics.message({ encoding: type.encoding, auth: report.auth, outcome: report.outcome, seconds });
  if (report.outcome === 'malformed' || report.outcome === 'refused') {
    deps.log.info({ ...report, bytes: body.length }, 'DM message refused');
  } else if (deps.log.isLevelEnabled('debug')) {
    deps.log.debug({ ...report, bytes: body.length }, 'DM message');
  }
}

function deliver(
  deps: NodeHandlerDeps,
  request: IncomingMessage,
  response: ServerResponse,
  answer: DmResponse,
): void {
  try {
    // What is left of a body that was not read must not be taken for the next request.
    send(response, answer, !request.complete);
  } catch (error) {
    deps.log.error({ err: error }, 'DM answer failed');
    response.destroy();
  }
}

const MAX_TYPES = 64;

function typeOf(header: string | undefined, types: Hand['types']): ContentType | undefined {
  if (types.has(header)) return types.get(header);
  const type = parseContentType(header);
  if (types.size < MAX_TYPES) types.set(header, type);
  return type;
}

function failed({ log }: NodeHandlerDeps, error: unknown): Handled {
  const away = error instanceof StoreError && (error.code === 'busy' || error.code === 'closed');
  // A repeated answer names a package that is lost on our disk: no other answer may stand for it (P-016), and the
  // device's next session goes without.
  const lost = error instanceof ArtifactError;
  log.error({ err: error }, 'DM message failed');
  return {
    response:
      away || lost ? busy('The store does not answer.') : plainAnswer(500, 'The server made a mistake.'),
    report: { outcome: 'failed', auth: 'unknown' },
  };
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
