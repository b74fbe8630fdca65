import { RESYNC_NONCES } from '@fumarole/dm/auth';
import { encodePush, encodeTrigger } from '@fumarole/dm/notification';
import type { ServerAccount } from '@fumarole/dm/server';
import type { Instant } from '@fumarole/fumo/server';
import type { AccountVault } from '../access/account-vault.ts';
import { digests, random } from '../access/digests.ts';
import type { Store, WorkRow } from '../store/port.ts';
import type { WakeChannel, WakeService } from './channel.ts';
import { REPEAT_MS, RESYNC_MS, RESYNC_WINDOW_MS, WAKE_BATCH, WAKE_LEASE_MS } from './limits.ts';

export interface WakeDeps {
  readonly store: Store;
  readonly vault: AccountVault;
  readonly channels: readonly WakeChannel[];
  readonly now: () => Instant;
  readonly repeatMs?: readonly number[] | undefined;
  readonly resyncMs?: readonly number[] | undefined;
  /** A datagram did not leave; it is tried again like one that was lost. */
  readonly onError: (error: unknown, key: string) => void;
}

/** The side of the wakes that the server itself drives. */
export interface WakeWork {
  /** Sends what is due; the number of wakes looked at. */
  runDue(): Promise<number>;
  close(): Promise<void>;
}

/** What a wake row keeps: repeats carry the same session id (notification §1.5). */
interface WakeState {
  readonly sessionId: number;
  readonly sent: number;
}

const KIND = 'wake';

/** Wakes devices by package 0: due work rows, repeated, then with the resync nonce, then given up. */
export function createWakeService(deps: WakeDeps): WakeService & WakeWork {
  const { store, vault, channels, now } = deps;
  return {
    wake: async (key) => {
      const device = await store.device(key);
      if (device === undefined) return 'unknown';
      const address = device.record.wake ?? '';
      if (!channels.some(({ scheme }) => address.startsWith(`${scheme}:`))) return 'no-address';
      const row = await store.credentials(key);
      if (row === undefined || vault.open(row).server === undefined) return 'no-credentials';
      const payload: WakeState = { sessionId: sessionId(), sent: 0 };
      await store.putWork({ kind: KIND, key, dueAt: now(), payload: JSON.stringify(payload) });
      // At once where it was asked for; should this process die, the row is due for any other.
      await runOne(deps, key);
      return 'queued';
    },
    arrived: (key) => store.removeWork(KIND, key),
    runDue: async () => {
      const rows = await store.claimWork(KIND, now(), WAKE_BATCH, WAKE_LEASE_MS);
      await Promise.all(rows.map((row) => sendOne(deps, row)));
      return rows.length;
    },
    close: async () => {
      await Promise.all(channels.map((channel) => channel.close()));
    },
  };
}

async function runOne(deps: WakeDeps, key: string): Promise<void> {
  const row = await deps.store.work(KIND, key);
  if (row !== undefined && row.dueAt <= deps.now()) await sendOne(deps, row);
}

/** Sends the next datagram of a wake and sets when the one after it is due; the last wait over, it is given up. */
async function sendOne(deps: WakeDeps, row: WorkRow): Promise<void> {
  const { store, now, channels } = deps;
  const state = JSON.parse(row.payload) as WakeState;
  const [repeats, resyncs] = [deps.repeatMs ?? REPEAT_MS, deps.resyncMs ?? RESYNC_MS];
  const pause = [...repeats, ...resyncs][state.sent];
  const address = (await store.device(row.key))?.record.wake ?? '';
  const channel = channels.find(({ scheme }) => address.startsWith(`${scheme}:`));
  if (pause === undefined || channel === undefined) {
    await store.finishWork(row);
    return;
  }
  const payload = JSON.stringify({ ...state, sent: state.sent + 1 });
  // Claimed by its version: of two processes one sends.
  if ((await store.finishWork(row, { dueAt: now() + pause, payload })) === 'conflict') return;
  try {
    const account = await accountFor(deps, row.key, state.sent >= repeats.length);
    if (account === undefined) return;
    await channel.send(address, encodePush(package0(account, state, repeats.length)));
  } catch (error) {
    deps.onError(error, row.key);
  }
}

/** With resynchronisation the account remembers until when the known nonce opens one session. */
async function accountFor(
  { store, vault, now }: WakeDeps,
  key: string,
  resync: boolean,
): Promise<ServerAccount | undefined> {
  const row = await store.credentials(key);
  if (row === undefined) return undefined;
  const account = vault.open(row);
  if (!resync) return account;
  const client = { ...account.client, resyncUntil: now() + RESYNC_WINDOW_MS };
  // Lost to a message of the device: then it is there, and needs no waking.
  const outcome = await store.putCredentials(vault.close(key, { ...account, client }, row.version));
  return outcome === 'committed' ? account : undefined;
}

function package0(
  { serverId, server }: ServerAccount,
  { sessionId, sent }: WakeState,
  repeats: number,
): Uint8Array {
  if (server === undefined) throw new RangeError('the account has no server credential');
  const nonce = sent >= repeats ? RESYNC_NONCES.octets : Buffer.from(server.nonce ?? '', 'base64');
  return encodeTrigger(
    { uiMode: 'background', initiator: 'server', sessionId, serverId },
    { a: server.a, nonce },
    digests,
  );
}

/** 1 … 0xFFFF. */
function sessionId(): number {
  const [high = 0, low = 1] = random(2);
  return Math.max(1, (high << 8) | low);
}
