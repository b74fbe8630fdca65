/**
 * Pushes to devices, by whatever channel reaches them. What a network takes and reports on later is kept as due work
 * under the name it gave, so that any process of the data folder finds the device of a report.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Instant, TimelineEntry } from '@fumarole/fumo/server';
import type { Store, WorkRow } from '../store/port.ts';
import type { DeliveryReport, PushMessage, WakeChannel } from './channel.ts';
import {
  ASK_MS,
  MAX_REPORTS,
  REPORT_LOOKUPS_MS,
  REPORT_WAIT_MS,
  WAKE_BATCH,
  WAKE_LEASE_MS,
} from './limits.ts';
import { WakeError } from './wake-error.ts';

export interface PushDeskDeps {
  readonly store: Store;
  readonly channels: readonly WakeChannel[];
  readonly now: () => Instant;
  readonly measure: PushMeasure;
  /** Waits before a report is looked up again, milliseconds. */
  readonly lookupsMs?: readonly number[];
  readonly askMs?: readonly number[];
}

/** What is counted. */
export interface PushMeasure {
  /** `outcome`: `sent`, or the code of the error. */
  pushed(channel: string, outcome: string): void;
  reported(channel: string, state: DeliveryReport['state'] | 'unknown'): void;
}

export interface PushDesk {
  /** The channel that serves an address; undefined: none of this server does. */
  channelOf(address: string): WakeChannel | undefined;
  /** Sends, and writes it into the device's timeline; `what` names it there, e.g. `package 0`. @throws WakeError */
  send(key: string, address: string, push: PushMessage, what: string): Promise<void>;
  /** A network says what became of a push; false: of none that is known. */
  report(report: DeliveryReport, also?: readonly string[]): Promise<boolean>;
  /** Writes a line about a device. */
  note(key: string, entry: Omit<TimelineEntry, 'at'>): Promise<void>;
  /** Asks for, or forgets, what was not reported; the number of pushes looked at. */
  runDue(): Promise<number>;
  close(): Promise<void>;
}

interface Delivery {
  readonly device: string;
  readonly channel: string;
  readonly what: string;
  readonly asked: number;
  /** When the network had taken it. */
  readonly at: Instant;
}

const KIND = 'delivery';

export function createPushDesk(deps: PushDeskDeps): PushDesk {
  const { store, channels, now, measure } = deps;
  const stopping = new AbortController();
  let lookups = 0;
  const channelOf = (address: string): WakeChannel | undefined =>
    channels.find((channel) => channel.reaches(address));
  const note: PushDesk['note'] = async (key, entry) => {
    const device = await store.device(key);
    if (device === undefined) return;
    const line = { ...entry, at: now() };
    await store.commitDevice({ timeline: [{ key, id: device.record.id, entry: line }], events: [] });
  };
  return {
    channelOf,
    note,
    send: async (key, address, push, what) => {
      const channel = channelOf(address);
      if (channel === undefined)
        throw new WakeError('bad-address', `no channel of this server reaches ${address}`);
      const { name } = channel;
      try {
        const { references } = await channel.send(address, push);
        measure.pushed(name, 'sent');
        for (const [at, reference] of references.entries()) {
          const part = references.length === 1 ? what : `part ${at + 1} of ${references.length} of ${what}`;
          await expect(deps, channel, { reference, device: key, what: part });
        }
        await note(key, { kind: 'wake', text: `${what} left for ${address}`, data: { channel: name } });
      } catch (error) {
        measure.pushed(name, error instanceof WakeError ? error.code : 'failed');
        throw error;
      }
    },
    report: async (report, also = []) => {
      const channel = report.reference.split(':', 1)[0] ?? '';
      if (lookups >= MAX_REPORTS) return false;
      lookups += 1;
      try {
        const row = await found(deps, [report.reference, ...also], stopping.signal);
        measure.reported(channel, row === undefined ? 'unknown' : report.state);
        if (row !== undefined) await settle(deps, row, report, note);
        return row !== undefined;
      } finally {
        lookups -= 1;
      }
    },
    runDue: async () => {
      const rows = await store.claimWork(KIND, now(), WAKE_BATCH, WAKE_LEASE_MS);
      await Promise.all(rows.map((row) => askOrForget(deps, row, note)));
      return rows.length;
    },
    close: async () => {
      stopping.abort();
      await Promise.all(channels.map((channel) => channel.close()));
    },
  };
}

function expect(
  { store, now, askMs = ASK_MS }: PushDeskDeps,
  channel: WakeChannel,
  { reference, device, what }: { readonly reference: string; readonly device: string; readonly what: string },
): Promise<void> {
  const delivery: Delivery = { device, channel: channel.name, what, asked: 0, at: now() };
  const wait = channel.ask === undefined ? REPORT_WAIT_MS : (askMs[0] ?? REPORT_WAIT_MS);
  return store.putWork({
    kind: KIND,
    key: reference,
    dueAt: now() + wait,
    payload: JSON.stringify(delivery),
  });
}

/** A report may overtake the row that it belongs to. */
async function found(
  { store, lookupsMs = REPORT_LOOKUPS_MS }: PushDeskDeps,
  references: readonly string[],
  signal: AbortSignal,
): Promise<WorkRow | undefined> {
  for (const wait of lookupsMs) {
    if (wait > 0) await pause(wait, undefined, { signal, ref: false }).catch(() => undefined);
    for (const reference of references) {
      const row = await store.work(KIND, reference);
      if (row !== undefined) return row;
    }
    if (signal.aborted) break;
  }
  return undefined;
}

async function settle(
  { store }: PushDeskDeps,
  row: WorkRow,
  { state, text }: DeliveryReport,
  note: PushDesk['note'],
): Promise<void> {
  if (state === 'pending') return;
  // Of two reports, or two processes, one writes the line.
  if ((await store.finishWork(row)) === 'conflict') return;
  const { device, channel, what } = JSON.parse(row.payload) as Delivery;
  const outcome = state === 'delivered' ? 'was delivered' : 'was not delivered';
  await note(device, { kind: 'wake', text: `${what} ${outcome}: ${text}`, data: { channel, state } });
}

async function askOrForget(deps: PushDeskDeps, row: WorkRow, note: PushDesk['note']): Promise<void> {
  const { store, channels, now, askMs = ASK_MS } = deps;
  const delivery = JSON.parse(row.payload) as Delivery;
  const channel = channels.find(({ name }) => name === delivery.channel);
  const next = askMs[delivery.asked + 1];
  if (channel?.ask === undefined || delivery.asked >= askMs.length) {
    await store.finishWork(row);
    return;
  }
  const report = await channel.ask(row.key).catch(() => undefined);
  if (report !== undefined && report.state !== 'pending') {
    await settle(deps, row, report, note);
    return;
  }
  const payload = JSON.stringify({ ...delivery, asked: delivery.asked + 1 });
  await store.finishWork(row, { dueAt: now() + (next ?? REPORT_WAIT_MS), payload });
}
