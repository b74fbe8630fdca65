/** The install-notify report (dlota.md §4): best effort, it never changes what becomes of the package. */
import { setTimeout as pause } from 'node:timers/promises';
import { type DlotaCode, formatInstallNotify } from '@fumarole/fumo/object';
import { messageOf } from '../device-error.ts';
import type { Emit } from '../emit.ts';
import { NOTIFY_TRIES } from '../limits.ts';
import type { Fetcher } from './fetcher.ts';

export interface NotifyPorts {
  readonly fetcher: Fetcher;
  readonly emit: Emit;
  readonly retryMs: number;
  readonly signal: AbortSignal;
}

/** Any answer ends it; only a transport error is tried again, three times in all (D-042, D-043). */
export async function installNotify(uri: string, code: DlotaCode, ports: NotifyPorts): Promise<void> {
  const { emit } = ports;
  for (let tried = 1; tried <= NOTIFY_TRIES; tried += 1) {
    try {
      const status = await report(uri, code, ports);
      emit({ kind: 'step', text: `install-notify ${code}: HTTP ${status}` });
      return;
    } catch (error) {
      emit({ kind: 'step', text: `install-notify ${code}: ${messageOf(error)}` });
      if (tried === NOTIFY_TRIES || ports.signal.aborted) return;
      await pause(ports.retryMs, undefined, { signal: ports.signal }).catch(() => undefined);
    }
  }
}

/** 307 and 308 are followed once. */
async function report(uri: string, code: DlotaCode, { fetcher, signal }: NotifyPorts): Promise<number> {
  const url = new URL(uri);
  const text = formatInstallNotify(code);
  const { status, location } = await fetcher.post(url, text, signal);
  if ((status !== 307 && status !== 308) || location === undefined) return status;
  const next = new URL(location, url);
  if (url.protocol === 'https:' && next.protocol !== 'https:') return status;
  return (await fetcher.post(next, text, signal)).status;
}
