/**
 * One download transaction: from the PkgURL, through a descriptor where there is one, to all octets on the disk. The
 * progress is made durable as it grows, so that a restart goes on from it; everything that fails is a DownloadFailure
 * with its row of dlota.md §8.4, and is tried again here as long as the row and the budget allow.
 */
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { DownloadProgress } from '@fumarole/fumo/device';
import { DESCRIPTOR_TYPE, parseDescriptor } from '@fumarole/fumo/object';
import type { Simulation } from '../agent/simulation.ts';
import { retryAfterMs } from '../client/http-connection.ts';
import type { Disk } from '../disk/disk.ts';
import type { Emit } from '../emit.ts';
import { MAX_DESCRIPTOR_BYTES, PROGRESS_BYTES, REAL_PROGRESS_BYTES, SNIFF_BYTES } from '../limits.ts';
import type { DownloadOptions, Timing } from '../options.ts';
import { answerOf, mediaTypeOf, strongEtag } from './answer.ts';
import { bodyOf, isMedia, SniffedBody } from './body.ts';
import { isObject, onlyObject, typeOfPart } from './combined-delivery.ts';
import { DownloadFailure, failure, failureOf, httpFailure } from './download-failure.ts';
import type { DownloadRequest } from './downloader.ts';
import type { Fetcher } from './fetcher.ts';
import { MultipartReader, multipartOf } from './multipart.ts';
import { PackageFile } from './package-file.ts';

export interface TransferPorts {
  readonly disk: Disk;
  readonly fetcher: Fetcher;
  readonly options: DownloadOptions;
  readonly timing: Timing;
  readonly room: () => Promise<number>;
  readonly simulation: Simulation;
  readonly emit: Emit;
  readonly now: () => number;
}

const OCTETS = 'application/octet-stream';
const ACCEPT = `${DESCRIPTOR_TYPE}, ${OCTETS}, */*;q=0.1`;
const GENERIC_XML: ReadonlySet<string> = new Set(['text/xml', 'application/xml', 'text/plain']);

/** A descriptor was refused; its report may still have somewhere to go (D-011). */
export class DescriptorRefused extends DownloadFailure {
  readonly installNotifyURI: string | undefined;

  constructor(refused: DownloadFailure, installNotifyURI: string | undefined) {
    super(refused.outcome, refused.message);
    this.installNotifyURI = installNotifyURI;
  }
}

export class Transfer {
  readonly #request: DownloadRequest;
  readonly #ports: TransferPorts;
  #progress: DownloadProgress;
  /** Some octets were appended to those of an earlier request. */
  #resumed: boolean;
  #rangeRefused = false;

  constructor(request: DownloadRequest, ports: TransferPorts) {
    this.#request = request;
    this.#ports = ports;
    this.#progress = request.progress ?? { received: 0, tries: 0 };
    this.#resumed = this.#progress.received > 0;
  }

  get progress(): DownloadProgress {
    return this.#progress;
  }

  get resumed(): boolean {
    return this.#resumed;
  }

  /** Octets of the package, all on the disk. @throws DownloadFailure when it is given up */
  async complete(): Promise<number> {
    for (;;) {
      await this.#waitForTurn();
      const before = this.#progress.received;
      try {
        if (await this.#attempt()) return this.#progress.received;
      } catch (error) {
        const failed = this.#stopped() ?? failureOf(error);
        if (failed === undefined) throw error;
        await this.#countTry(failed, this.#progress.received - before >= REAL_PROGRESS_BYTES);
      }
    }
  }

  /** Everything again, from the first octet. */
  async startOver(): Promise<void> {
    this.#resumed = false;
    const { etag: _etag, lastModified: _date, total: _total, ...rest } = this.#progress;
    await this.#record({ ...rest, received: 0 });
  }

  /** True when all octets are there; false to ask again at once. */
  async #attempt(): Promise<boolean> {
    const { disk } = this.#ports;
    const file = await PackageFile.open(disk, this.#request.path, this.#progress.received);
    try {
      if (file.length !== this.#progress.received || !this.#mayResume()) {
        await file.restart();
        await this.startOver();
      }
      if (this.#progress.total !== undefined && file.length === this.#progress.total && file.length > 0)
        return true;
      return await this.#ask(file);
    } finally {
      await file.close();
    }
  }

  async #ask(file: PackageFile): Promise<boolean> {
    const first = this.#atTheStart;
    const target = urlOf(this.#progress.objectUrl ?? this.#request.url);
    const { response, url } = await this.#ports.fetcher.get(
      target,
      this.#headers(file.length),
      first,
      this.#request.signal,
    );
    try {
      const answer = answerOf(response, file.length, this.#progress);
      switch (answer.kind) {
        case 'complete':
          return true;
        case 'failed':
          throw httpFailure(answer.status, retryAfterMs(response.headers['retry-after'], this.#ports.now()));
        case 'restart':
          return await this.#restart(file, answer.refused);
        case 'append':
          this.#resumed ||= file.length > 0;
          return await this.#store(file, response, bodyOf(response, this.#ports.timing.idleMs), answer.total);
        case 'whole':
          return await this.#whole(file, response, url, answer.total);
      }
    } finally {
      response.destroy();
    }
  }

  /** Ranges are not what they should be: from 0, as one try; a second 416 is the end (D-060). */
  async #restart(file: PackageFile, refused: boolean): Promise<boolean> {
    if (refused && this.#rangeRefused) throw failure('range-refused-twice');
    this.#rangeRefused ||= refused;
    const tries = this.#progress.tries + 1;
    if (tries >= this.#ports.timing.downloadTries) throw failure('range-refused-twice', 'no range is right');
    await file.restart();
    await this.startOver();
    await this.#record({ ...this.#progress, tries });
    return false;
  }

  async #whole(
    file: PackageFile,
    response: IncomingMessage,
    url: URL,
    total: number | undefined,
  ): Promise<boolean> {
    const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    if (encoding !== 'identity' && encoding !== '') throw failure('encoded-content', encoding);
    const chunks = bodyOf(response, this.#ports.timing.idleMs);
    const boundary = this.#atTheStart ? multipartOf(response.headers['content-type']) : undefined;
    if (boundary !== undefined) return this.#combined(file, response, url, { boundary, chunks });
    const body = new SniffedBody(chunks);
    if (await this.#isDescriptor(response, body)) {
      await this.#takeDescriptor(await body.whole(MAX_DESCRIPTOR_BYTES), url);
      return false;
    }
    await file.restart();
    await this.startOver();
    this.#checkType(mediaTypeOf(response));
    const etag = strongEtag(response);
    const lastModified = response.headers['last-modified'];
    await this.#record({
      ...this.#progress,
      ...(total === undefined ? {} : { total }),
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
    });
    return this.#store(file, response, body, total);
  }

  /** The answer's type decides, not the URL (D-026…D-028). */
  async #isDescriptor(response: IncomingMessage, body: SniffedBody): Promise<boolean> {
    const type = mediaTypeOf(response);
    const looksLike =
      type === DESCRIPTOR_TYPE || (GENERIC_XML.has(type ?? '') && isMedia(await body.peek(SNIFF_BYTES)));
    if (looksLike && !this.#atTheStart) throw failure('descriptor-invalid', 'it leads to another'); // D-024
    return looksLike;
  }

  /** Descriptor and object in one answer: nothing of it can be asked for alone, so every try begins anew (D-025). */
  async #combined(
    file: PackageFile,
    response: IncomingMessage,
    url: URL,
    { boundary, chunks }: { readonly boundary: string; readonly chunks: AsyncGenerator<Uint8Array> },
  ): Promise<boolean> {
    if (boundary === 'other') throw failure('descriptor-invalid', 'a multipart of another kind');
    const parts = new MultipartReader(chunks, boundary);
    const first = await parts.next();
    if (first === undefined || typeOfPart(first) !== DESCRIPTOR_TYPE)
      throw failure('descriptor-invalid', 'the first part is no descriptor');
    const octets = await new SniffedBody(first.body).whole(MAX_DESCRIPTOR_BYTES);
    const objectURI = await this.#takeDescriptor(octets, url, true);
    const object = await parts.next();
    if (object === undefined || !isObject(object, objectURI, url))
      throw failure('descriptor-invalid', 'the object is not in the answer');
    await file.restart();
    await this.startOver();
    this.#checkType(typeOfPart(object));
    return this.#store(file, response, onlyObject(parts, object), undefined);
  }

  /** Its objectURI, as written. */
  async #takeDescriptor(octets: Uint8Array, url: URL, combined = false): Promise<string> {
    const reading = parseDescriptor(octets);
    if (reading.kind === 'refused') {
      const cause = reading.code === 951 ? 'descriptor-version' : 'descriptor-invalid';
      throw new DescriptorRefused(failure(cause, reading.reason), reading.installNotifyURI);
    }
    const { type, size, objectURI, installNotifyURI, installParam } = reading.descriptor;
    const descriptor = {
      types: type.map((one) => one.toLowerCase()),
      size,
      ...(installNotifyURI === undefined ? {} : { installNotifyURI }),
      ...(installParam === undefined ? {} : { installParam }),
    };
    if (!URL.canParse(objectURI, url.href)) {
      throw new DescriptorRefused(failure('descriptor-invalid', 'objectURI is no URI'), installNotifyURI);
    }
    const object = combined ? { combined } : { objectUrl: new URL(objectURI, url).href };
    await this.#record({ ...this.#progress, descriptor, ...object });
    this.#ports.emit({ kind: 'step', text: `download descriptor: ${size} octets` });
    if (size > (await this.#ports.room())) throw failure('no-room', `${size} octets`); // D-017
    if (!descriptor.types.some((one) => this.#accepts(one)))
      throw failure('type-not-acceptable', type.join(', '));
    return objectURI;
  }

  #checkType(type: string | undefined): void {
    if (type === undefined || type === OCTETS) return;
    const { descriptor } = this.#progress;
    if (descriptor !== undefined) {
      if (!descriptor.types.includes(type)) throw failure('type-mismatch', type);
    } else if (!this.#accepts(type)) {
      throw failure('type-not-acceptable', type);
    }
  }

  #accepts(type: string): boolean {
    return type === OCTETS || (this.#ports.options.acceptTypes ?? []).includes(type);
  }

  async #store(
    file: PackageFile,
    response: IncomingMessage,
    body: AsyncIterable<Uint8Array>,
    total: number | undefined,
  ): Promise<boolean> {
    const limit = await this.#admit(file.length, total);
    let saved = file.length;
    try {
      for await (const chunk of body) {
        if (file.length + chunk.length > limit.octets)
          throw failure(limit.cause, `more than ${limit.octets} octets`);
        await file.append(chunk);
        this.#tell(file.length, total);
        if (file.length - saved >= PROGRESS_BYTES) {
          saved = file.length;
          await this.#save(file);
        }
        await this.#simulated(file, total);
      }
    } finally {
      if (this.#request.signal.reason !== 'stop') await this.#save(file);
    }
    if (!response.complete) throw failure('connection-lost', 'the body ended early');
    this.#checkLength(file.length, total);
    await this.#record({ ...this.#progress, total: file.length });
    return true;
  }

  /** How much may come, and what it is called when more does. */
  async #admit(
    received: number,
    total: number | undefined,
  ): Promise<{ readonly octets: number; readonly cause: 'size-mismatch' | 'no-room' }> {
    const size = this.#progress.descriptor?.size;
    if (size !== undefined && total !== undefined && total !== size) {
      throw failure('size-mismatch', `${total} octets announced, ${size} in the descriptor`);
    }
    const room = await this.#ports.room();
    const wanted = total ?? size;
    if (wanted !== undefined && wanted - received > room) throw failure('no-room', `${wanted} octets`);
    if (wanted !== undefined) return { octets: wanted, cause: 'size-mismatch' };
    return { octets: received + room, cause: 'no-room' };
  }

  #checkLength(received: number, total: number | undefined): void {
    const wanted = this.#progress.descriptor?.size ?? total;
    if (wanted !== undefined && received !== wanted)
      throw failure('size-mismatch', `${received} of ${wanted} octets`);
  }

  async #save(file: PackageFile): Promise<void> {
    await file.sync();
    await this.#record({ ...this.#progress, received: file.length });
  }

  async #record(progress: DownloadProgress): Promise<void> {
    this.#progress = progress;
    await this.#request.record(progress);
  }

  /** A failed try: again after a pause, or the failure itself when the budget is spent (dlota.md §8.3). */
  async #countTry(failed: DownloadFailure, alive: boolean): Promise<void> {
    const { timing, emit, now } = this.#ports;
    const tries = (alive ? 0 : this.#progress.tries) + 1;
    if (!failed.outcome.retried || tries >= timing.downloadTries) throw failed;
    const backOff = Math.min(timing.downloadRetryMaxMs, timing.downloadRetryMs * 2 ** (tries - 1));
    const asked = Math.min(failed.retryAfterMs ?? 0, timing.retryAfterMaxMs);
    const wait = Math.max(asked, backOff * (0.8 + 0.4 * Math.random()));
    emit({ kind: 'step', text: `download: ${failed.message}; try ${tries + 1} of ${timing.downloadTries}` });
    await this.#record({ ...this.#progress, tries, waitUntil: now() + Math.ceil(wait) });
  }

  async #waitForTurn(): Promise<void> {
    const stopped = this.#stopped();
    if (stopped !== undefined) throw stopped;
    const wait = Math.min(
      (this.#progress.waitUntil ?? 0) - this.#ports.now(),
      this.#ports.timing.retryAfterMaxMs,
    );
    if (wait <= 0) return;
    await pause(wait, undefined, { signal: this.#request.signal }).catch(() => undefined);
    const stoppedNow = this.#stopped();
    if (stoppedNow !== undefined) throw stoppedNow;
  }

  #stopped(): DownloadFailure | undefined {
    const { signal } = this.#request;
    if (!signal.aborted) return undefined;
    if (signal.reason === 'over-time') return failure('over-time');
    return failure(signal.reason === 'user' ? 'user-stopped' : 'device-stopped');
  }

  /** What is asked for is the PkgURL itself. */
  get #atTheStart(): boolean {
    return this.#progress.descriptor === undefined || this.#progress.combined === true;
  }

  /** Without a validator only a hash could tell two representations apart (D-061). */
  #mayResume(): boolean {
    const { received, total, etag, lastModified, descriptor, combined } = this.#progress;
    if (combined === true) return received === total;
    const hash = sha256Of(descriptor?.installParam);
    return received === 0 || etag !== undefined || lastModified !== undefined || hash !== undefined;
  }

  #headers(offset: number): Record<string, string> {
    const { etag, lastModified, descriptor } = this.#progress;
    const accept =
      descriptor === undefined || this.#atTheStart ? ACCEPT : [...descriptor.types, '*/*;q=0.1'].join(', ');
    const validator = etag ?? lastModified;
    if (offset === 0) return { Accept: accept };
    return {
      Accept: accept,
      Range: `bytes=${offset}-`,
      ...(validator === undefined ? {} : { 'If-Range': validator }),
    };
  }

  #tell(bytes: number, total: number | undefined): void {
    const { root } = this.#request;
    this.#ports.emit({ kind: 'progress', root, step: 'download', bytes, total });
  }

  async #simulated(file: PackageFile, total: number | undefined): Promise<void> {
    const { simulate } = this.#ports.simulation;
    if (simulate.refuseUser === 'download') throw failure('user-stopped', 'simulated');
    if (simulate.abortDownload === true) throw failure('device-stopped', 'simulated');
    if (simulate.powerCutAt !== 'downloading' || file.length < (total ?? 0) / 2) return;
    await this.#save(file);
    await this.#ports.simulation.cut('downloading');
  }
}

/** `sha256=<hex>` of an installParam (dlota.md §4.2), lower case. */
export function sha256Of(installParam: string | undefined): string | undefined {
  return /(?:^|;)\s*sha256\s*=\s*([0-9a-f]{64})\s*(?:;|$)/i.exec(installParam ?? '')?.[1]?.toLowerCase();
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw failure('bad-url', text.slice(0, 200));
  return url;
}
