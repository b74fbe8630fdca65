/** Combined delivery (dlota.md §1, D-025): a descriptor and its object in one `multipart/related` answer, read as it flows. */
import { MAX_HEADER_BYTES } from '../limits.ts';
import { failure } from './download-failure.ts';

export interface BodyPart {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Has to be read to its end before the next part. */
  readonly body: AsyncGenerator<Uint8Array>;
}

/** The boundary of a `multipart/related`; `other`: another multipart, which is refused (906). */
export function multipartOf(contentType: string | undefined): string | 'other' | undefined {
  const [essence = '', ...parameters] = (contentType ?? '').split(';');
  const type = essence.trim().toLowerCase();
  if (!/^(?:multipart\/|application\/vnd\.wap\.multipart)/.test(type)) return undefined;
  const boundary = parameters
    .map((parameter) => /^boundary\s*=\s*"?([^"\s][^"]{0,69}?)"?$/i.exec(parameter.trim())?.[1])
    .find((value) => value !== undefined);
  return type === 'multipart/related' && boundary !== undefined ? boundary : 'other';
}

/** Reads the parts one after the other (RFC 2046 §5.1). What breaks off is a lost connection, what is malformed 906. */
export class MultipartReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #delimiter: Buffer;
  #seen: Buffer = Buffer.from('\r\n');
  #place: 'before' | 'in a part' | 'behind a boundary' = 'before';

  constructor(source: AsyncIterable<Uint8Array>, boundary: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  /** Undefined after the last part. */
  async next(): Promise<BodyPart | undefined> {
    if (this.#place === 'in a part') throw failure('other', 'a part was left unread');
    if (this.#place === 'before') await this.#skipPreamble();
    const after = (await this.#line()).trim();
    if (after.startsWith('--')) return undefined;
    if (after !== '') throw failure('descriptor-invalid', 'a boundary with something behind it');
    const headers = new Map<string, string>();
    for (let size = 0; ; ) {
      const line = await this.#line();
      if (line === '') break;
      size += line.length;
      if (size > MAX_HEADER_BYTES) throw failure('descriptor-invalid', 'a header without end');
      const colon = line.indexOf(':');
      if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
    this.#place = 'in a part';
    return { headers, body: this.#body() };
  }

  async *#body(): AsyncGenerator<Uint8Array> {
    yield* this.#upToDelimiter();
    this.#place = 'behind a boundary';
  }

  /** Reads what may follow the last boundary. */
  async end(): Promise<void> {
    let size = 0;
    do {
      size += this.#seen.length;
      this.#seen = this.#seen.subarray(this.#seen.length);
      if (size > MAX_HEADER_BYTES) throw failure('descriptor-invalid', 'more behind the last boundary');
    } while (await this.#grew());
  }

  async #skipPreamble(): Promise<void> {
    let size = 0;
    for await (const { length } of this.#upToDelimiter()) {
      size += length;
      if (size > MAX_HEADER_BYTES) throw failure('descriptor-invalid', 'no boundary');
    }
  }

  /** Everything before the next delimiter, which is taken too. */
  async *#upToDelimiter(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = this.#seen.indexOf(this.#delimiter);
      const safe = at >= 0 ? at : Math.max(0, this.#seen.length - this.#delimiter.length + 1);
      if (safe > 0) yield this.#seen.subarray(0, safe);
      this.#seen = this.#seen.subarray(at >= 0 ? at + this.#delimiter.length : safe);
      if (at >= 0) return;
      await this.#more();
    }
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#seen.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#seen.subarray(0, end).toString('latin1');
        this.#seen = this.#seen.subarray(end + 2);
        return line;
      }
      // The closing delimiter may be the very end.
      if (this.#seen.length > MAX_HEADER_BYTES) throw failure('descriptor-invalid', 'a line without end');
      if (!(await this.#grew())) return this.#seen.toString('latin1');
    }
  }

  async #more(): Promise<void> {
    if (!(await this.#grew())) throw failure('connection-lost', 'the last boundary is missing');
  }

  async #grew(): Promise<boolean> {
    const { value, done } = await this.#source.next();
    if (done === true) return false;
    this.#seen = this.#seen.length === 0 ? Buffer.from(value) : Buffer.concat([this.#seen, value]);
    return true;
  }
}
