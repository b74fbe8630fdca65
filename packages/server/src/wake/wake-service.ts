/**
 * Wakes devices by package 0. A wake is a row of due work: the trigger is repeated with the same session id, then sent
 * in the resynchronisation form, then given up; whatever session the device opens ends it (notification §1.5).
 */
import { RESYNC_NONCES } from '@fumarole/dm/auth';
import {
  DM_APPLICATION,
  encodePush,
  encodeTrigger,
  matchesSessionId,
  NOTIFICATION_TYPE,
} from '@fumarole/dm/notification';
import type { ServerAccount } from '@fumarole/dm/server';
import { type DeviceRecord, type Instant, profileOf } from '@fumarole/fumo/server';
import type { AccountVault } from '../access/account-vault.ts';
import { digests, random } from '../access/digests.ts';
import type { Store, WorkRow } from '../store/port.ts';
import type { PushMessage, WakeChannel, WakeOrder, WakeOutcome, WakeService } from './channel.ts';
import {
  LEAVING_MS,
  MAX_UNSENT,
  REPEAT_MS,
  RESYNC_MS,
  RESYNC_WINDOW_MS,
  SMS_REPEAT_MS,
  SMS_RESYNC_MS,
  UNSENT_RETRY_MAX_MS,
  UNSENT_RETRY_MS,
  WAKE_BATCH,
  WAKE_LEASE_MS,
} from './limits.ts';
import type { PushDesk } from './push-desk.ts';
import { WakeError } from './wake-error.ts';

export interface WakeDeps {
  readonly store: Store;
  readonly vault: AccountVault;
  readonly pushes: PushDesk;
  readonly now: () => Instant;
  readonly repeatMs?: readonly number[] | undefined;
  readonly resyncMs?: readonly number[] | undefined;
  /** Some devices send the two octets of the session id in the wrong order (N-043); default true. */
  readonly swappedSessionIds?: boolean | undefined;
  /** A push did not leave. */
  readonly onError: (error: unknown, key: string) => void;
}

/** The side of the wakes that the server itself drives. */
export interface WakeWork {
  /** Begins to send what is due; the number of wakes looked at. */
  runDue(): Promise<number>;
  /** Resolves when nothing is being sent. */
  idle(): Promise<void>;
}

/** What a wake row keeps: repeats carry the same session id (notification §1.5). */
interface WakeState extends WakeOrder {
  readonly sessionId: number;
  /** Pushes that left. */
  readonly sent: number;
  /** The last of them is on its way to its gateway; where this is still so when the row falls due, its process has died. */
  readonly leaving?: true;
  /** Pushes in a row that did not. */
  readonly unsent?: number;
}

const KIND = 'wake';

export function createWakeService(deps: WakeDeps): WakeService & WakeWork {
  const { store, now } = deps;
  const sending = new Set<Promise<void>>();
  /** A gateway may take its time: nobody waits for it. */
  const begin = (row: WorkRow): void => {
    const run = sendOne(deps, row)
      .catch((error: unknown) => deps.onError(error, row.key))
      .finally(() => sending.delete(run));
    sending.add(run);
  };
  return {
    wake: async (key, order = {}) => {
      const obstacle = await obstacleTo(deps, key);
      if (obstacle !== undefined) return obstacle;
      const payload: WakeState = { ...order, sessionId: sessionId(), sent: 0 };
      await store.putWork({ kind: KIND, key, dueAt: now(), payload: JSON.stringify(payload) });
      // At once where it was asked for; should this process die, the row is due for any other.
      const row = await store.work(KIND, key);
      if (row !== undefined && row.dueAt <= now()) begin(row);
      return 'queued';
    },
    arrived: (key, session) => arrived(deps, key, session),
    runDue: async () => {
      const rows = await store.claimWork(KIND, now(), WAKE_BATCH, WAKE_LEASE_MS);
      rows.forEach(begin);
      return rows.length;
    },
    idle: async () => {
      await Promise.all(sending);
    },
  };
}

async function obstacleTo({ store, vault, pushes }: WakeDeps, key: string): Promise<WakeOutcome | undefined> {
  const device = await store.device(key);
  if (device === undefined) return 'unknown';
  const address = device.record.wake ?? '';
  if (address === '') return 'no-address';
  if (pushes.channelOf(address) === undefined) return 'no-channel';
  const row = await store.credentials(key);
  return row === undefined || vault.open(row).server === undefined ? 'no-credentials' : undefined;
}

/** Any session ends the wake; its SessionID tells whether it is the answer to ours (N-043, N-044). */
async function arrived(
  { store, pushes, swappedSessionIds: swapped = true }: WakeDeps,
  key: string,
  session: string,
): Promise<void> {
  const row = await store.work(KIND, key);
  if (row === undefined) return;
  await store.removeWork(KIND, key);
  const state = JSON.parse(row.payload) as WakeState;
  if (state.sent === 0) return;
  const answered = matchesSessionId(session, state.sessionId, { swapped });
  const text = answered
    ? `session ${session} answers package 0`
    : `session ${session} came by itself; package 0 is not sent again`;
  await pushes.note(key, { kind: 'wake', text, data: { sent: state.sent, answered } });
}

/** Sends the next push of a wake and sets when the one after it is due; the last wait over, it is given up. */
async function sendOne(deps: WakeDeps, row: WorkRow): Promise<void> {
  const { store, now, pushes } = deps;
  const state = notLeft(JSON.parse(row.payload) as WakeState);
  const device = (await store.device(row.key))?.record;
  const { wake: address = '' } = device ?? {};
  const channel = pushes.channelOf(address);
  if (device === undefined || channel === undefined) {
    await store.finishWork(row);
    return;
  }
  const { repeats, resyncs } = planOf(deps, channel);
  const wait = [...repeats, ...resyncs][state.sent];
  if (wait === undefined) {
    await giveUp(deps, row, `package 0 was sent ${state.sent} times and no session came`);
    return;
  }
  const left: WakeState = { ...state, sent: state.sent + 1, unsent: 0 };
  const payload = JSON.stringify({ ...left, leaving: true } satisfies WakeState);
  // Claimed by its version: of two processes one sends.
  const at = now();
  if ((await store.finishWork(row, { dueAt: at + LEAVING_MS, payload })) === 'conflict') return;
  const resync = state.sent >= repeats.length;
  const account = await accountFor(
    deps,
    row.key,
    state,
    resync ? Math.max(wait, RESYNC_WINDOW_MS) : undefined,
  );
  const what = `package 0${resync ? ' in the resynchronisation form' : ''}, ${state.sent + 1} of ${repeats.length + resyncs.length},`;
  try {
    if (account !== undefined) {
      const push = package0(account, state, resync ? device : undefined);
      await pushes.send(row.key, address, push, what);
    }
    await waitFor(deps, row.key, payload, { dueAt: at + wait, payload: JSON.stringify(left) });
  } catch (error) {
    deps.onError(error, row.key);
    await unsent(deps, row.key, state, payload, error);
  }
}

function planOf(
  { repeatMs, resyncMs }: WakeDeps,
  { patience }: WakeChannel,
): { readonly repeats: readonly number[]; readonly resyncs: readonly number[] } {
  const slow = patience === 'store-and-forward';
  return {
    repeats: repeatMs ?? (slow ? SMS_REPEAT_MS : REPEAT_MS),
    resyncs: resyncMs ?? (slow ? SMS_RESYNC_MS : RESYNC_MS),
  };
}

/** A push whose process died before it left is sent again; the device counts repeats once. */
function notLeft({ leaving, ...state }: WakeState): WakeState {
  return leaving === true ? { ...state, sent: state.sent - 1 } : state;
}

/** Sets what is next, unless the device came meanwhile, or another wake took the place. */
async function waitFor(
  { store }: WakeDeps,
  key: string,
  payload: string,
  next: { readonly dueAt: Instant; readonly payload: string },
): Promise<void> {
  const row = await store.work(KIND, key);
  if (row?.payload === payload) await store.finishWork(row, next);
}

/** What did not leave does not count: the same push is due again soon, unless it can never leave. */
async function unsent(
  deps: WakeDeps,
  key: string,
  before: WakeState,
  payload: string,
  error: unknown,
): Promise<void> {
  const { store, now } = deps;
  const row = await store.work(KIND, key);
  // The device came meanwhile, or another wake took the place.
  if (row?.payload !== payload) return;
  const { unsent: failures = 0 } = before;
  const hopeless = error instanceof WakeError && !error.temporary;
  if (hopeless || failures + 1 >= MAX_UNSENT) {
    await giveUp(
      deps,
      row,
      `package 0 cannot be sent: ${error instanceof Error ? error.message : String(error)}`,
    );
    return;
  }
  const wait = Math.min(UNSENT_RETRY_MAX_MS, UNSENT_RETRY_MS * 2 ** Math.min(failures, 16));
  const next: WakeState = { ...before, unsent: failures + 1 };
  await store.finishWork(row, { dueAt: now() + wait, payload: JSON.stringify(next) });
}

/** N-042: the failure is told; the update waits for the device's own next session. */
async function giveUp({ store, pushes }: WakeDeps, row: WorkRow, why: string): Promise<void> {
  if ((await store.finishWork(row)) === 'conflict') return;
  const text = `waking is given up: ${why}`;
  await pushes.note(row.key, { kind: 'warning', text, data: { wake: 'given-up' } });
}

/** With resynchronisation the account remembers which session the known nonce opens, and until when. */
async function accountFor(
  { store, vault, now }: WakeDeps,
  key: string,
  { sessionId: resyncSession }: WakeState,
  resyncMs: number | undefined,
): Promise<ServerAccount | undefined> {
  const row = await store.credentials(key);
  if (row === undefined) return undefined;
  const account = vault.open(row);
  if (resyncMs === undefined) return account;
  const client = { ...account.client, resyncUntil: now() + resyncMs, resyncSession };
  // Lost to a message of the device: then it is there, and needs no waking.
  const outcome = await store.putCredentials(vault.close(key, { ...account, client }, row.version));
  return outcome === 'committed' ? account : undefined;
}

/** With `resyncing` in the form of the resync nonce that its family knows. */
function package0(
  { serverId, server }: ServerAccount,
  state: WakeState,
  resyncing: DeviceRecord | undefined,
): PushMessage {
  if (server === undefined) throw new RangeError('the account has no server credential');
  const { uiMode = 'background', initiator = 'server', sessionId } = state;
  const nonce =
    resyncing === undefined
      ? Buffer.from(server.nonce ?? '', 'base64')
      : RESYNC_NONCES[profileOf(resyncing).resyncNonce];
  const body = encodeTrigger({ uiMode, initiator, sessionId, serverId }, { a: server.a, nonce }, digests);
  return { contentType: NOTIFICATION_TYPE, applicationId: DM_APPLICATION, body, pdu: encodePush(body) };
}

/** 1 … 0xFFFF. */
function sessionId(): number {
  const [high = 0, low = 1] = random(2);
  return Math.max(1, (high << 8) | low);
}
