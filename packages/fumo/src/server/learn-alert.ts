/** Generic Alerts of FUMO: results of operations and requests for an update (fumo.md §5, §7; I-019 … I-023). */
import type { TypedAlert } from '@fumarole/dm/server';
import type { FumoOperation } from '../object/index.ts';
import { fumoRootOf, isRequest, normaliseAlertType, parseResult, resultInfo } from '../object/index.ts';
import {
  activeAttempt,
  addAttempt,
  changeAttempt,
  type Draft,
  inFlight,
  note,
  startUpdate,
} from './draft.ts';
import { emptyUpdate } from './empty-update.ts';
import { FIRMWARE_VERSION, meaningful } from './facts.ts';
import { learnTreeAlert } from './learn-tree.ts';
import { MAX_QUOTE } from './limits.ts';
import { fail, forgetVolatile, succeed } from './outcome.ts';
import type { Attempt, Update } from './update.ts';
import { isOpen } from './update-state.ts';

/** Status for the alert; `request`: the planner decides between 200 and 202; undefined: not ours to say. */
export type AlertAnswer = number | 'request' | undefined;

export function learnAlert(draft: Draft, alert: TypedAlert): AlertAnswer {
  const kind = normaliseAlertType(alert.type);
  if (
    alert.correlator !== undefined &&
    kind === undefined &&
    learnTreeAlert(draft, alert.correlator, alert.data)
  ) {
    return 200;
  }
  if (kind === undefined) {
    return undefined; // the session answers 412 or 415 (P-039)
  }
  if (isRequest(kind)) {
    learnRequest(draft, kind, alert);
    return 'request';
  }
  const code = parseResult(alert.data);
  if (code === undefined) {
    note(draft, 'warning', `result alert without a number: ${quote(alert.data)}`);
    return 412;
  }
  learnResult(draft, kind, code, alert);
  return 200;
}

/** Data of a request is never a result (F-120). */
function learnRequest(draft: Draft, kind: 'device-request' | 'user-request', alert: TypedAlert): void {
  const { now } = draft.ctx;
  const by = kind === 'user-request' ? 'user' : 'device';
  const place = alert.source === undefined ? undefined : fumoRootOf(alert.source).root;
  const root = draft.device.roots.find(({ uri }) => uri === place)?.uri;
  const request = {
    by,
    at: now,
    contact: draft.device.contacts,
    ...(root === undefined ? {} : { root }),
  } as const;
  draft.device = { ...draft.device, request };
  note(draft, 'request', `the ${by} asks for an update`);
}

function learnResult(draft: Draft, kind: FumoOperation, code: number, alert: TypedAlert): void {
  const match = matchAttempt(draft.device.update, kind, alert);
  if (match === undefined) {
    learnUnmatched(draft, kind, code, alert);
  } else if (match.result !== undefined) {
    note(draft, 'alert', `result ${code} of ${match.kind} again; already counted`); // F-089
  } else {
    applyResult(draft, match, code, alert);
  }
}

/** By Correlator; if absent, by Source and Type; if that fails too, the only open operation (I-021, F-091). */
function matchAttempt(
  update: Update | undefined,
  kind: FumoOperation,
  alert: TypedAlert,
): Attempt | undefined {
  const attempts = update?.attempts ?? [];
  if (alert.correlator !== undefined && alert.correlator !== '') {
    return attempts.find(({ correlator }) => correlator === alert.correlator);
  }
  const executed = attempts
    .filter((attempt) => attempt.kind !== 'pkgdata' && attempt.sentAt !== undefined)
    .reverse();
  const source = alert.source?.trim();
  const root = source === undefined ? undefined : fumoRootOf(source).root;
  const placed = executed.filter(
    (attempt) => attempt.root === root || (source !== undefined && attempt.url === source),
  );
  const near = placed.length > 0 ? placed : executed.filter(inFlight);
  return (
    near.find((attempt) => inFlight(attempt) && attempt.kind === kind) ??
    near.find((attempt) => attempt.deduced === true && attempt.kind === kind) ??
    near.find(inFlight) ??
    near.find((attempt) => attempt.kind === kind && attempt.result !== undefined)
  );
}

function applyResult(draft: Draft, attempt: Attempt, code: number, alert: TypedAlert): void {
  const info = resultInfo(code);
  const ended = { result: code, deduced: false } as const;
  const text = `the device reports ${code} for ${attempt.kind}: ${info.text}`;
  note(draft, 'alert', text, { code, ...(alert.mark === undefined ? {} : { mark: alert.mark }) });
  const { update } = draft.device;
  const active = activeAttempt(update);
  const overtaken = active !== undefined && active.correlator !== attempt.correlator;
  if (overtaken || update?.state === 'confirmed' || update?.state === 'cancelled') {
    // Too late to move the update, but the record tells the truth.
    changeAttempt(draft, attempt.correlator, ended);
    return;
  }
  if (info.class === 'success') {
    succeed(draft, attempt, ended, text);
    return;
  }
  const rolledBack = info.reason === 'update-failed' && /roll/i.test(alert.data);
  const reason = rolledBack ? 'rolled-back' : info.reason;
  fail(draft, attempt, ended, { reason, retry: info.retry, code, kind: 'result', text });
}

/** The device acted by itself (flows C2 and D2, F-017), or we lost our memory of the job (F-090). */
function learnUnmatched(draft: Draft, kind: FumoOperation, code: number, alert: TypedAlert): void {
  const { update, roots } = draft.device;
  const source = alert.source === undefined ? undefined : fumoRootOf(alert.source).root;
  const root = source ?? update?.root ?? roots[0]?.uri ?? '.';
  const installed = kind !== 'download' && alert.correlator === undefined;
  const held = update?.state === 'downloaded' && kind === 'update' && root === update.root;
  const free = update === undefined || !isOpen(update.state);
  if (installed && (held || free)) {
    if (!held) {
      const did = resultInfo(code).class === 'success' ? 'has updated' : 'tried to update';
      startUpdate(draft, ownUpdate(draft, root), `the device says that it ${did} itself`);
    }
    const attempt = selfStarted(draft, kind, root);
    addAttempt(draft, attempt);
    applyResult(draft, attempt, code, alert);
    return;
  }
  const of = alert.correlator === undefined ? '' : ` with the unknown correlator ${quote(alert.correlator)}`;
  note(draft, 'alert', `result ${code} of ${kind}${of}; no such operation is open`, { code });
  forgetVolatile(draft, root);
}

/** What the device installed is told by the version that it reports next. */
function ownUpdate({ device, ctx }: Draft, root: string): Update {
  const from = meaningful(device.nodes[FIRMWARE_VERSION]?.value);
  const { via, operation } = device.policy;
  return {
    ...emptyUpdate(ctx, 'device', via, operation),
    state: 'installing',
    root,
    ...(from === undefined ? {} : { fromVersion: from }),
  };
}

/** The Exec was the device's own: it began before this contact. */
function selfStarted({ device, ctx }: Draft, kind: FumoOperation, root: string): Attempt {
  const number = (device.update?.attempts.at(-1)?.number ?? 0) + 1;
  return {
    number,
    kind,
    state: 'accepted',
    correlator: `${device.update?.id ?? ''}.own${number}`,
    root,
    createdAt: ctx.now,
    contact: device.contacts - 1,
    sentAt: ctx.now,
    acceptedAt: ctx.now,
    acceptedContact: device.contacts - 1,
  };
}

/** Text of a device in a line for people: short and without control characters. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, MAX_QUOTE));
}
