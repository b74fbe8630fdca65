import type { FastifyReply, FastifyRequest } from 'fastify';
import { FleetError } from '../fleet/fleet.ts';
import { StoreError, type StoreErrorCode } from '../store/store-error.ts';
import type { ApiError } from './api.ts';
import { FLEET_ERRORS } from './fleet-refusals.ts';
import { REST_ERRORS, RestError, type RestErrorCode } from './rest-error.ts';
import { SchemaMismatch } from './schema.ts';

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: readonly string[] | undefined;
}

/** Store failures that are nobody's mistake; the others are ours. */
const STORE_CODES: Readonly<Partial<Record<StoreErrorCode, RestErrorCode>>> = {
  busy: 'unavailable',
  closed: 'unavailable',
  contended: 'conflict',
};

/** Fastify's own refusals in our codes. */
const FASTIFY_CODES: Readonly<Record<string, RestErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad-request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad-request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-request',
};

/** Answers an error as `{error: {code, message, details}}`; what is our own mistake is logged and not told. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error);
  if (refusal.status >= 500) request.log.error({ err: error }, 'REST request failed');
  if (refusal.status === 401) reply.header('www-authenticate', 'Bearer realm="fumarole"');
  const { code, message, details } = refusal;
  const body: ApiError = { error: { code, message, ...(details === undefined ? {} : { details }) } };
  return reply
    .code(refusal.status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(body);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RestError) return { status: error.statusCode, ...ownParts(error) };
  if (error instanceof SchemaMismatch) return refusal('bad-request', error.message, error.details);
  if (error instanceof FleetError)
    return { status: FLEET_ERRORS[error.code].status, code: error.code, message: error.message };
  if (error instanceof StoreError) return refusal(STORE_CODES[error.code] ?? 'internal');
  if (!(error instanceof Error)) return refusal('internal');
  const own = 'code' in error && typeof error.code === 'string' ? FASTIFY_CODES[error.code] : undefined;
  if (own !== undefined) return refusal(own, error.message);
  const status = 'statusCode' in error ? error.statusCode : undefined;
  // The documentation's files answer a path that climbs with 403: there is no such thing.
  if (status === 403 || status === 404) return refusal('not-found', error.message);
  if (status === 400) return refusal('bad-request', error.message);
  return status === 413 ? refusal('too-large', error.message) : refusal('internal');
}

function ownParts({ code, message, details }: RestError): Omit<Refusal, 'status'> {
  return { code, message, details };
}

function refusal(code: RestErrorCode, message?: string, details?: readonly string[]): Refusal {
  const { status, meaning } = REST_ERRORS[code];
  return { status, code, message: message ?? meaning, details };
}
