import type { FastifySchemaCompiler } from 'fastify';
import Type, { type Static, type TSchema, type TUnsafe } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { DEFAULT_PAGE, MAX_ID_LENGTH, MAX_PAGE } from './limits.ts';

/** A schema whose values are of type T: the compiler checks that the schema promises what the contract says. */
export function describing<T>(): <S extends TSchema>(schema: Static<S> extends T ? S : never) => TUnsafe<T> {
  return (schema) => Type.Unsafe<T>(schema);
}

/** One of several texts, written as OpenAPI's `enum`. */
export function oneOf<const T extends readonly string[]>(...values: T): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: 'string', enum: values });
}

/** ISO 8601 in UTC. */
export const dateTime = (description?: string): TUnsafe<string> =>
  Type.Unsafe<string>(
    Type.String({ format: 'date-time', ...(description === undefined ? {} : { description }) }),
  );

/** An identifier from outside: short and without control characters. */
export const identifier = (description: string): TUnsafe<string> =>
  Type.Unsafe<string>(
    Type.String({ minLength: 1, maxLength: MAX_ID_LENGTH, pattern: '^[^\\u0000-\\u001f]+$', description }),
  );

/** A page of `item`. */
export function pageOf<T>(
  item: TUnsafe<T>,
): TUnsafe<{ readonly items: readonly T[]; readonly next?: string }> {
  const next = Type.Optional(Type.String({ description: 'Cursor of the next page; absent on the last.' }));
  return Type.Unsafe(Type.Object({ items: Type.Array(item), next }));
}

/** Query fields that every listing takes. */
export interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/** The schema of a listing's query: the page fields and its own filters. */
export function listQuery<T extends PageQuery>(filters: Readonly<Record<string, TSchema>> = {}): TUnsafe<T> {
  const page = {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2 * MAX_ID_LENGTH, description: '`next` of the page before.' }),
    ),
  };
  return Type.Unsafe<T>(Type.Object({ ...filters, ...page }, { additionalProperties: false }));
}

/** What a validator says of a bad request: one line per field at fault. */
export class SchemaMismatch extends Error {
  readonly details: readonly string[];

  constructor(part: string, details: readonly string[]) {
    super(`The ${part} does not match the schema.`);
    this.details = details;
  }
}

/** Lines of `details`: the first faults are the ones that help. */
const MAX_DETAILS = 8;

/** Checks requests with typebox; path and query texts are converted to the types of their schema first. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const converts = httpPart === 'querystring' || httpPart === 'params';
  return (data: unknown) => {
    const value = converts ? Value.Convert(schema, data) : data;
    if (validator.Check(value)) return { value };
    const lines = validator
      .Errors(value)
      .map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
    return { error: new SchemaMismatch(httpPart ?? 'request', [...new Set(lines)].slice(0, MAX_DETAILS)) };
  };
};
