import type { DownloadProgress } from '@fumarole/fumo/device';

/** One alternate download, from PkgURL to a stored and checked package. */
export interface DownloadRequest {
  readonly root: string;
  readonly url: string;
  /** Path of the staging file. */
  readonly path: string;
  /** What is already there after a restart. */
  readonly progress: DownloadProgress | undefined;
  /** Makes the progress durable. */
  readonly record: (progress: DownloadProgress) => Promise<void>;
  /** Verifies the stored package; a refusal carries its FUMO result code. */
  readonly check: (path: string) => Promise<{ readonly code: number; readonly reason: string } | undefined>;
  /** Reason `user` or `device`. */
  readonly signal: AbortSignal;
}

export type DownloadResult =
  | { readonly kind: 'stored'; readonly size: number }
  /** `code` is a FUMO result code. */
  | { readonly kind: 'failed'; readonly code: number; readonly reason: string };

export type Downloader = (request: DownloadRequest) => Promise<DownloadResult>;
