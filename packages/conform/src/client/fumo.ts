/** What scripts know of a firmware update object: where it is, and how its results come (FUMO §2, §5). */
import { setTimeout as pause } from 'node:timers/promises';
import type { Alert, SyncMLMessage } from '@fumarole/syncml';
import { must, need, Violation } from '../check.ts';
import { get } from '../messages.ts';
import { alerts, textOf } from '../reading.ts';
import type { ClientPeer } from './client-peer.ts';
import type { ServerScript } from './server-script.ts';

const MOI = 'urn:oma:mo:oma-fumo:1.0';
const USUAL = ['./FwUpdate', './FUMO', './ManagedObjects/FUMO', './ManagedObjects'];
export const TYPES = 'org.openmobilealliance.dm.firmwareupdate';

/** The root of the firmware update object: as given, or found by its Type. @throws Inconclusive */
export async function rootOf(client: ClientPeer, session: ServerScript): Promise<string> {
  if (client.root !== undefined) return client.root;
  for (const place of USUAL) {
    const own = await session.ask([get(`${place}?prop=Type`), get(place)]);
    if (own.text(0) === MOI) return remember(client, place);
    for (const name of (own.text(1) ?? '').split('/').filter((one) => one !== '')) {
      const type = await session.ask([get(`${place}/${name}?prop=Type`)]);
      if (type.text() === MOI) return remember(client, `${place}/${name}`);
    }
  }
  need(false, 'no firmware update object is found (see --root)');
  return '';
}

function remember(client: ClientPeer, root: string): string {
  client.root = root;
  return root;
}

/** State, as a number. */
export async function stateOf(session: ServerScript, root: string): Promise<number> {
  const answers = await session.ask([get(`${root}/State`)]);
  need(answers.code() === 200, `State is answered ${answers.code()}`);
  return Number(answers.text());
}

export interface Result {
  readonly alert: Alert;
  readonly correlator: string | undefined;
  readonly source: string | undefined;
  readonly type: string;
  readonly format: string | undefined;
  readonly mark: string;
  readonly data: string;
}

/** The results of firmware operations that a message tells. */
export function resultsIn(message: SyncMLMessage): readonly Result[] {
  return alerts(message, 1226).flatMap((alert) =>
    alert.items.map((item) => ({
      alert,
      correlator: alert.Correlator,
      source: item.Source?.LocURI,
      type: item.Meta?.Type ?? '',
      format: item.Meta?.Format,
      mark: item.Meta?.Mark ?? 'informational',
      data: textOf(item.Data),
    })),
  );
}

/**
 * The result of an operation that was accepted: in this session, in which something is asked until it comes or the
 * session is ended, or else in later ones. The message that carries it is not answered yet.
 */
export async function awaitResult(
  client: ClientPeer,
  session: ServerScript,
): Promise<{ readonly session: ServerScript; readonly result: Result }> {
  const [own] = resultsIn(session.message);
  if (own !== undefined) return { session, result: own };
  session.end();
  const end = Date.now() + client.target.resultMs;
  for (let wait = FIRST_WAIT_MS; Date.now() < end; wait = Math.min(2 * wait, LAST_WAIT_MS)) {
    const next = await client.session();
    if (resultsIn(next.message).length === 0) await next.login();
    const [result] = resultsIn(next.message);
    if (result !== undefined) return { session: await next.login(), result };
    next.end();
    await pause(wait);
  }
  throw new Violation(`202 is not followed by a result within ${client.target.resultMs / 1000} s`);
}

/** Pauses between two looks whether the result is there; a device at work is not to be kept from it. */
const FIRST_WAIT_MS = 50;
const LAST_WAIT_MS = 5000;

/** No operation runs. @throws Inconclusive */
export async function needIdle(session: ServerScript, root: string): Promise<void> {
  const state = await stateOf(session, root);
  need(![30, 40, 60].includes(state), `an earlier operation is still running (State ${state})`);
}

export interface Wanted {
  readonly root: string;
  readonly operation: 'download' | 'update' | 'downloadandupdate';
  readonly correlator: string | undefined;
  /** Codes that may come; absent: any failure. */
  readonly codes?: readonly number[];
}

/** The form that every result has (FUMO §5). @throws Violation */
export function checkResult(result: Result, { root, operation, correlator, codes }: Wanted): void {
  must(result.correlator === correlator, `Correlator ${result.correlator}, the Exec had ${correlator}`);
  must(result.source === root, `Source ${result.source}, not ${root}`);
  const type = result.type.replace(/^Reversed-Domain-Name:/, '').trim();
  must(type === `${TYPES}.${operation}`, `Type ${result.type}`);
  must(result.format?.toLowerCase() === 'int', `Format ${result.format}`);
  must(/^\d{3}$/.test(result.data), `Data ${result.data}`);
  const code = Number(result.data);
  if (codes === undefined) must(code >= 400 && code < 600, `Data ${code}`);
  else must(codes.includes(code), `Data ${code}, not ${codes.join(' or ')}`);
  if (code >= 400) must(result.mark !== 'informational', 'a failure with Mark informational, or none');
}
