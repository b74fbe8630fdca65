import Type, { type TSchema, type TUnsafe } from 'typebox';
import { identifier } from '../schema.ts';
import { errorSchema } from '../schemas.ts';

type FailureStatus = 404 | 409 | 413 | 415 | 422 | 429 | 503;

const failure = (description: string): TSchema => ({ ...errorSchema, description });
const FAILURES: Readonly<Record<FailureStatus, TSchema>> = {
  404: failure('There is no such thing.'),
  409: failure('Its present state does not allow this.'),
  413: failure('The body exceeds the limit.'),
  415: failure('The content type is not taken here.'),
  422: failure('Well-formed, but it cannot be done; the message says why.'),
  429: failure('Too many at once.'),
  503: failure('The server is stopping or its store does not answer.'),
};

const DONE: Readonly<Record<string, string>> = {
  200: 'As asked.',
  201: 'Made.',
  202: 'Accepted.',
  204: 'Gone.',
};

/** Response schemas of a route: its successes, the failures every route has, and those named. */
export function answers<T extends Readonly<Record<number, TSchema>>>(
  success: T,
  ...failures: readonly FailureStatus[]
): T {
  const named = Object.fromEntries(failures.map((status) => [status, FAILURES[status]]));
  const told = Object.entries(success).map(([status, schema]) => [
    status,
    { description: DONE[status], ...schema },
  ]);
  return {
    ...success,
    ...Object.fromEntries(told),
    400: failure('The request is malformed.'),
    401: failure('No valid token.'),
    ...named,
  };
}

/** Path of what belongs to one device. */
export const deviceParams: TUnsafe<{ readonly device: string }> = Type.Unsafe(
  Type.Object({ device: identifier('DevId of the device.') }),
);

/** Path of one thing by its id. */
export const idParams: TUnsafe<{ readonly id: string }> = Type.Unsafe(
  Type.Object({ id: identifier('Its id.') }),
);
