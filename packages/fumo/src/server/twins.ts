/**
 * Two devices under one DevId: a copied unit, a copied account, a number given twice. Neither is told anything until a
 * person decides, because what is said to one would be believed of the other. Three things tell them apart from one
 * device that loses answers, is reset, gets a backup restored or is updated behind our back:
 *
 * - The make. A device does not change its manufacturer or model: once is enough.
 * - Nonces (md5, MAC). Each answer hands the device the nonce of its next session. When A's is passed over because B opens
 *   with an older one, A still has it and comes with it later: a crossing. An answer that was lost leaves a nonce behind
 *   that nobody has, so it never crosses; an old memory brings back nonces that were used, which do not count either. Only
 *   a device that goes back and forth between two copies of its memory crosses: the first time is forgiven.
 * - Facts that come and go. One device changes from 1.0 to 2.0, and at worst back; two of them alternate. A version that
 *   our own update was to change begins anew.
 */
import type { DeviceRecord, TwinSigns } from './device-record.ts';
import { type Draft, note } from './draft.ts';
import { FIRMWARE_VERSION, meaningful } from './facts.ts';
import { MAX_CROSSINGS, TWIN_FACT_VALUES, TWIN_SIGNS_MS } from './limits.ts';

const NO_SIGNS: TwinSigns = { crossings: [], facts: {} };

/** Another manufacturer or model than in the contacts before: what this device says is not believed. */
export function suspectMake(draft: Draft, before: DeviceRecord): void {
  const { manufacturer, model, quarantine } = draft.device;
  const reason = `says to be ${manufacturer} ${model}, was ${before.manufacturer} ${before.model}`;
  draft.device = { ...before, ...(quarantine === undefined ? {} : { quarantine }) };
  quarantineTwins(draft, reason);
}

/** A session was opened with a nonce that another had passed over. */
export function learnCrossing(draft: Draft): void {
  const { now } = draft.ctx;
  const { twins = NO_SIGNS } = draft.device;
  const crossings = [...twins.crossings.filter((at) => now - at <= TWIN_SIGNS_MS), now].slice(-MAX_CROSSINGS);
  draft.device = { ...draft.device, twins: { ...twins, crossings } };
  if (crossings.length === MAX_CROSSINGS) {
    quarantineTwins(
      draft,
      'two hold its secret and come in turns, each with the nonce that only it was given',
    );
  } else {
    note(
      draft,
      'warning',
      'came with a nonce that it had passed over before: another copy of its memory speaks too',
    );
  }
}

/** The value of a fact as told in this contact. */
export function watchFact(draft: Draft, uri: string, told: string | undefined): void {
  const watched = WATCHED.get(uri);
  const value = watched === undefined ? undefined : meaningful(told)?.slice(0, 128);
  if (watched === undefined || value === undefined) return;
  const { name, key } = watched;
  const { twins = NO_SIGNS } = draft.device;
  const { now } = draft.ctx;
  const seen = twins.facts[key];
  if (seen?.values.at(-1) === value) return;
  const since = seen !== undefined && !isOurDoing(draft.device, seen.at) && now - seen.at <= TWIN_SIGNS_MS;
  const values = [...(since ? seen.values : []), value].slice(-TWIN_FACT_VALUES);
  draft.device = {
    ...draft.device,
    twins: { ...twins, facts: { ...twins.facts, [key]: { values, at: now } } },
  };
  const [one, other] = values;
  if (values.length === TWIN_FACT_VALUES && values.every((text, i) => text === (i % 2 === 0 ? one : other))) {
    quarantineTwins(draft, `its ${name} alternates between ${other} and ${one}`);
  }
}

/** `key` is the URI in a text of our own: with one that was just read, each look-up would hash it anew. */
const WATCHED: ReadonlyMap<string, { readonly name: string; readonly key: string }> = new Map([
  [FIRMWARE_VERSION, { name: 'firmware version', key: FIRMWARE_VERSION }],
  ['./DevInfo/DmV', { name: 'DM client version', key: './DevInfo/DmV' }],
  ['./DevInfo/DevId', { name: 'DevId', key: './DevInfo/DevId' }],
]);

/** An update of ours was under way since then: a version may have gone forth and back with it. */
function isOurDoing({ update, history }: DeviceRecord, since: number): boolean {
  const updates = update === undefined ? history : [update, ...history];
  return updates.some(({ attempts }) =>
    attempts.some(({ sentAt }) => sentAt !== undefined && sentAt >= since),
  );
}

function quarantineTwins(draft: Draft, sign: string): void {
  if (draft.device.quarantine !== undefined) return;
  const reason = `${sign}: two devices may use this id`;
  draft.device = { ...draft.device, quarantine: { at: draft.ctx.now, reason } };
  note(draft, 'warning', `in quarantine: ${reason}`);
}
