import { readFileSync } from 'node:fs';
import Type, { type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { ConfigError } from '../config-error.ts';
import type { HookOptions } from './hook-channel.ts';
import type { PapOptions } from './pap/options.ts';
import type { SmppOptions } from './smpp/options.ts';

/** How package 0 reaches devices, besides UDP. */
export interface WakeOptions {
  readonly smpp?: SmppOptions;
  readonly hook?: HookOptions;
  readonly pap?: PapOptions;
  /** Wake addresses may be URLs of listeners on the devices; default false, as this server then posts wherever the API says. */
  readonly http?: boolean;
  /** Waits after each package 0 with the device's nonce, milliseconds; then those in the resynchronisation form follow. */
  readonly repeatMs?: readonly number[];
  readonly resyncMs?: readonly number[];
  /** Devices that turn the octets of the session id around are recognised; default true. */
  readonly swappedSessionIds?: boolean;
}

const MAX_TEXT = 512;
const text = (pattern?: string): TSchema =>
  Type.String({ minLength: 1, maxLength: MAX_TEXT, ...(pattern === undefined ? {} : { pattern }) });
const closed = { additionalProperties: false } as const;
const optional = Type.Optional;

const schema = Type.Object(
  {
    smpp: optional(
      Type.Object(
        {
          url: text('^smpps?://[^\\s/]+/?$'),
          // SMPP 3.4 §5.2.1, §5.2.2, §5.2.3, §5.2.8: lengths with their end.
          systemId: Type.String({ minLength: 1, maxLength: 15 }),
          password: Type.String({ maxLength: 64 }),
          systemType: optional(Type.String({ maxLength: 12 })),
          from: optional(Type.String({ pattern: '^(\\+?\\d{1,20}|[ -~]{1,11})$' })),
          perSecond: optional(Type.Number({ minimum: 0.01, maximum: 10_000 })),
          window: optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
          dataCoding: optional(Type.Integer({ minimum: 0, maximum: 255 })),
          validitySeconds: optional(Type.Integer({ minimum: 60, maximum: 99 * 86_400 })),
          receipts: optional(Type.Boolean()),
          caFile: optional(text()),
          certFile: optional(text()),
          keyFile: optional(text()),
        },
        closed,
      ),
    ),
    hook: optional(Type.Object({ url: text('^https?://'), token: optional(text('^[!-~]+$')) }, closed)),
    pap: optional(
      Type.Object(
        {
          url: text('^https?://'),
          user: optional(text()),
          password: optional(Type.String({ maxLength: MAX_TEXT })),
          domain: optional(text('^[A-Za-z0-9.-]+$')),
          results: optional(
            Type.Union([Type.Literal('notify'), Type.Literal('query'), Type.Literal('none')]),
          ),
        },
        closed,
      ),
    ),
    http: optional(Type.Boolean()),
    swappedSessionIds: optional(Type.Boolean()),
  },
  closed,
);

/** The gateways of wake options. @throws ConfigError */
export function readGateways(options: unknown): Omit<WakeOptions, 'repeatMs' | 'resyncMs'> {
  const [error] = Value.Errors(schema, options);
  if (error !== undefined) {
    const path = ['wake', ...error.instancePath.split('/').slice(1)].join('.');
    // What no schema names is held against the schema that nothing fits.
    throw new ConfigError(path, error.keyword === 'boolean' ? 'there is no such setting' : error.message);
  }
  const gateways = options as WakeOptions;
  const { smpp, hook, pap } = gateways;
  for (const [option, text] of [
    ['wake.smpp.url', smpp?.url],
    ['wake.hook.url', hook?.url],
    ['wake.pap.url', pap?.url],
  ] as const) {
    if (text !== undefined && !URL.canParse(text)) throw new ConfigError(option, `${text} is no URL`);
  }
  for (const file of [smpp?.caFile, smpp?.certFile, smpp?.keyFile]) {
    const fault = file === undefined ? undefined : unreadable(file);
    if (fault !== undefined) throw new ConfigError('wake.smpp', fault);
  }
  return gateways;
}

function unreadable(file: string): string | undefined {
  try {
    readFileSync(file);
    return undefined;
  } catch (error) {
    return `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
