import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ApiError, Page } from '@fumarole/server/api';
import { CliError } from './cli-error.ts';
import type { ClientConfig } from './client-config.ts';
import { readEvents, type SentEvent } from './event-lines.ts';
import { fileError } from './file-error.ts';

/** An answer that takes longer is not coming; a tree command's `wait` adds to it. */
const ANSWER_TIMEOUT_MS = 30_000;
/** Pages a listing follows before it stops asking. */
const MAX_PAGES = 1000;

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  readonly json?: unknown;
  /** A body sent as it is. */
  readonly body?: { readonly type: string; readonly data: string | Uint8Array<ArrayBuffer> };
  readonly timeoutMs?: number;
}

/** The REST API as the command line uses it: one method per HTTP method, answers typed by the contract. */
export class ApiClient {
  readonly #base: string;
  readonly #token: string;

  constructor(config: ClientConfig) {
    this.#base = config.server.replace(/\/+$/, '');
    this.#token = config.token;
  }

  get server(): string {
    return this.#base;
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.#send<T>('GET', path, { query });
  }

  post<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.#send<T>('POST', path, options);
  }

  patch<T>(path: string, json: unknown): Promise<T> {
    return this.#send<T>('PATCH', path, { json });
  }

  delete<T>(path: string): Promise<T> {
    return this.#send<T>('DELETE', path, {});
  }

  /** Every item of a listing, up to `limit`. */
  async list<T>(
    path: string,
    query: Query = {},
    limit: number = Number.POSITIVE_INFINITY,
  ): Promise<readonly T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES && items.length < limit; page++) {
      const answer: Page<T> = await this.get(path, {
        ...query,
        limit: Math.min(500, limit - items.length),
        cursor,
      });
      items.push(...answer.items);
      cursor = answer.next;
      if (cursor === undefined) break;
    }
    return items;
  }

  /** Sends a file as octets, streamed; never in memory whole. */
  async upload<T>(path: string, file: string, query: Query = {}): Promise<T> {
    const { size } = await stat(file).catch((cause: unknown) => {
      throw fileError(file, cause);
    });
    const body = Readable.toWeb(createReadStream(file));
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) };
    return this.#fetch<T>('POST', path, query, { body, duplex: 'half', headers });
  }

  /** The live events after `last`, until the connection ends; throws CliError when it cannot be opened. */
  async *events(query: Query, last: string | undefined): AsyncGenerator<SentEvent> {
    const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) };
    const response = await this.#open('GET', '/events', query, { headers });
    if (!response.ok) throw refusal(response.status, await bodyOf(response, this.#base), this.#base);
    if (response.body === null) return;
    try {
      yield* readEvents(response.body);
    } catch (cause) {
      throw new CliError('unreachable', `${this.#base} hung up: ${reasonOf(cause)}`, [], cause);
    }
  }

  #send<T>(method: string, path: string, options: RequestOptions): Promise<T> {
    const signal = AbortSignal.timeout(options.timeoutMs ?? ANSWER_TIMEOUT_MS);
    if (options.json !== undefined) {
      const headers = { 'content-type': 'application/json' };
      return this.#fetch<T>(method, path, options.query, {
        body: JSON.stringify(options.json),
        headers,
        signal,
      });
    }
    if (options.body === undefined) return this.#fetch<T>(method, path, options.query, { signal });
    const headers = { 'content-type': options.body.type };
    return this.#fetch<T>(method, path, options.query, {
      body: options.body.data,
      headers,
      signal,
    });
  }

  async #fetch<T>(method: string, path: string, query: Query | undefined, init: RequestInit): Promise<T> {
    const response = await this.#open(method, path, query, init);
    if (response.status === 204) return undefined as T;
    const value = await bodyOf(response, this.#base);
    if (!response.ok) throw refusal(response.status, value, this.#base);
    return value as T;
  }

  #open(method: string, path: string, query: Query | undefined, init: RequestInit): Promise<Response> {
    const url = new URL(`${this.#base}/api${path}`);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = { accept: 'application/json', ...init.headers, authorization: `Bearer ${this.#token}` };
    return fetch(url, { ...init, method, headers }).catch((cause: unknown) => {
      throw new CliError('unreachable', `${this.#base} does not answer: ${reasonOf(cause)}`, [], cause);
    });
  }
}

async function bodyOf(response: Response, base: string): Promise<unknown> {
  const text = await response.text();
  if (!(response.headers.get('content-type') ?? '').includes('json')) {
    throw new CliError(
      'bad-answer',
      `${base} answered ${response.status} without JSON: is this a Fumarole server?`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError('bad-answer', `${base} answered ${response.status} with broken JSON`, [], cause);
  }
}

function refusal(status: number, value: unknown, base: string): CliError {
  const error = (value as Partial<ApiError> | null)?.error;
  if (typeof error?.message !== 'string') return new CliError('bad-answer', `${base} answered ${status}`);
  return new CliError('api', `${error.message} (${error.code})`, error.details ?? []);
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause;
  if (inner instanceof Error)
    return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.message;
  return cause.name === 'TimeoutError' ? 'timed out' : cause.message;
}
