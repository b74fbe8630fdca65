import type { FastifyRequest } from 'fastify';
import { bearerToken, isTokenOf, tokenHash } from '../access/tokens.ts';
import type { Store } from '../store/port.ts';
import { RestError } from './rest-error.ts';

/** A hook that lets through only requests with a known bearer token; looked up by hash, so the store never sees one. */
export function authenticate(store: Pick<Store, 'tokenByHash'>): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const token = bearerToken(request.headers.authorization);
    if (token === undefined) throw new RestError('unauthorized');
    const row = await store.tokenByHash(tokenHash(token));
    if (row === undefined || !isTokenOf(token, row.hash)) throw new RestError('unauthorized');
  };
}
