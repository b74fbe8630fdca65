/** After the answer was written: what did not fit into the message has not happened. */
import { pkgDataUri } from '../object/index.ts';
import type { DeviceRecord } from './device-record.ts';
import { attemptOf, type Draft, newDraft } from './draft.ts';
import { withRead, withUnsupported } from './facts.ts';
import { forgetKey, meaningOf, unsent } from './learn-answer.ts';
import { learnTreeStatus } from './learn-tree.ts';
import { fail } from './outcome.ts';
import type { PlanContext, TimelineEntry } from './plan-types.ts';

/** What `reply` says about the commands it was given. */
export interface Sent {
  /** Keys that went out, those inside containers too. */
  readonly sent: readonly string[];
  /** Can never go out as they are; with the status that says why (413). */
  readonly unsendable: readonly { readonly key: string; readonly code: number }[];
}

/** Takes back the unsent steps of a planned record (`planned`: the keys that were given to `reply`). */
export function settle(
  device: DeviceRecord,
  planned: readonly string[],
  { sent, unsendable }: Sent,
  ctx: PlanContext,
): { readonly device: DeviceRecord; readonly log: readonly TimelineEntry[] } {
  const draft = newDraft(device, ctx);
  const never = new Map(unsendable.map(({ key, code }) => [key, code]));
  for (const key of planned) {
    const code = never.get(key);
    if (code !== undefined) {
      cannotSend(draft, key, code);
    } else if (!sent.includes(key)) {
      const { what, of } = meaningOf(draft, key);
      forgetKey(draft, key);
      unsent(draft, what, of);
    }
  }
  return { device: draft.device, log: draft.log };
}

/** The command can never go out as it is, for the reason that this status names. */
export function cannotSend(draft: Draft, key: string, code: number): void {
  const { what, of } = meaningOf(draft, key);
  const attempt = attemptOf(draft.device.update, of);
  forgetKey(draft, key);
  if (what === 'tree') {
    learnTreeStatus(draft, of, code);
  } else if (what === 'get') {
    draft.device = withRead(draft.device, of, { status: code, at: draft.ctx.now });
  } else if (what === 'data' && attempt !== undefined) {
    draft.device = withUnsupported(draft.device, `replace ${pkgDataUri(attempt.root)}`, code);
    const text = 'the package cannot be sent to this device in-band';
    fail(
      draft,
      attempt,
      { status: code },
      { reason: 'not-acceptable', retry: 'other-way', code, kind: 'status', text },
    );
  } else if (attempt !== undefined) {
    const text = 'the command does not fit a message of this device';
    fail(
      draft,
      attempt,
      { status: code },
      { reason: 'not-acceptable', retry: 'never', code, kind: 'status', text },
    );
  }
}
