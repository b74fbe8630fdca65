/** The alternate download client: plain HTTP(S) and download descriptors, from PkgURL to a checked package. */
import { createHash } from 'node:crypto';
import { type DlotaCode, dlotaReportOfFumo } from '@fumarole/fumo/object';
import { BLOCK_BYTES } from '../limits.ts';
import { DownloadFailure, failure } from './download-failure.ts';
import type { DownloadRequest, DownloadResult } from './downloader.ts';
import { Fetcher } from './fetcher.ts';
import { installNotify } from './install-notify.ts';
import { TimeBudget } from './time-budget.ts';
import { DescriptorRefused, sha256Of, Transfer, type TransferPorts } from './transfer.ts';

export interface HttpDownloadsPorts extends Omit<TransferPorts, 'fetcher'> {
  readonly userAgent: string;
}

interface Refusal {
  readonly code: number;
  readonly report: DlotaCode;
  readonly reason: string;
}

/** The same download, which ends when the time is over and remembers what it has spent of it. */
function within(request: DownloadRequest, budget: TimeBudget): DownloadRequest {
  return {
    ...request,
    signal: AbortSignal.any([request.signal, budget.signal]),
    record: (progress) => request.record({ ...progress, spentMs: budget.spentMs }),
  };
}

export class HttpDownloads {
  readonly #ports: TransferPorts;

  constructor(ports: HttpDownloadsPorts) {
    this.#ports = { ...ports, fetcher: new Fetcher(ports.options, ports.timing, ports.userAgent) };
  }

  /** Does everything up to the report; the result goes into the DM alert afterwards (D-045). Throws only for the disk. */
  async run(request: DownloadRequest): Promise<DownloadResult> {
    const budget = new TimeBudget(this.#ports.timing.downloadMs, request.progress?.spentMs ?? 0);
    const transfer = new Transfer(within(request, budget), this.#ports);
    try {
      const size = await this.#stored(request, transfer);
      const refusal = typeof size === 'number' ? undefined : size;
      await this.#notify(request, transfer.progress.descriptor?.installNotifyURI, refusal?.report ?? 900);
      return typeof size === 'number'
        ? { kind: 'stored', size }
        : { kind: 'failed', code: size.code, reason: size.reason };
    } catch (error) {
      if (!(error instanceof DownloadFailure)) throw error;
      const { result, report } = error.outcome;
      const uri =
        error instanceof DescriptorRefused
          ? error.installNotifyURI
          : transfer.progress.descriptor?.installNotifyURI;
      await this.#notify(request, uri, report);
      return { kind: 'failed', code: result, reason: error.message };
    } finally {
      budget.close();
    }
  }

  close(): void {
    this.#ports.fetcher.close();
  }

  /** A package that is damaged after it came in pieces is fetched once more, whole (dlota.md §8.4). */
  async #stored(request: DownloadRequest, transfer: Transfer): Promise<number | Refusal> {
    for (let again = false; ; again = true) {
      const size = await transfer.complete();
      const refusal = await this.#refusal(request, transfer);
      if (refusal === undefined) return size;
      if (refusal.code !== 402 || !transfer.resumed || again) return refusal;
      this.#ports.emit({
        kind: 'step',
        text: 'damaged after a resumed download: once more from the beginning',
      });
      await transfer.startOver();
    }
  }

  async #refusal(request: DownloadRequest, transfer: Transfer): Promise<Refusal | undefined> {
    const wanted = sha256Of(transfer.progress.descriptor?.installParam);
    if (wanted !== undefined && (await this.#sha256(request.path)) !== wanted) {
      const { outcome, message } = failure('hash-mismatch');
      return { code: outcome.result, report: outcome.report, reason: message };
    }
    const refused = await request.check(request.path);
    return refused === undefined ? undefined : { ...refused, report: dlotaReportOfFumo(refused.code) };
  }

  async #notify(request: DownloadRequest, uri: string | undefined, code: DlotaCode): Promise<void> {
    if (uri === undefined || request.signal.reason === 'stop') return;
    // The user may have stopped the download; the report about that still goes out.
    const signal = request.signal.aborted ? new AbortController().signal : request.signal;
    const { fetcher, emit, timing } = this.#ports;
    await installNotify(uri, code, { fetcher, emit, retryMs: timing.notifyRetryMs, signal });
  }

  async #sha256(path: string): Promise<string> {
    const hash = createHash('sha256');
    const file = await this.#ports.disk.open(path);
    try {
      for (let offset = 0; ; ) {
        const bytes = await file.read(offset, BLOCK_BYTES);
        if (bytes.length === 0) return hash.digest('hex');
        hash.update(bytes);
        offset += bytes.length;
      }
    } finally {
      await file.close();
    }
  }
}
