/** The beginning and the end of a contact, and what package 1 says about the device. */
import type { DevInfoItem, ServerEvent } from '@fumarole/dm/server';
import type { DeviceRecord } from './device-record.ts';
import { changeAttempt, changeUpdate, type Draft, inFlight, note } from './draft.ts';
import { meaningful, withRead } from './facts.ts';
import { learnNoAnswer } from './learn-answer.ts';
import type { SessionView } from './plan-types.ts';
import { suspectMake, watchFact } from './twins.ts';

/** Another session key is another contact: what the last one left unanswered is lost. */
export function beginContact(draft: Draft, view: SessionView): void {
  const { now } = draft.ctx;
  if (draft.device.session?.key === view.key) {
    draft.device = { ...draft.device, lastSeen: now };
    return;
  }
  endSession(draft);
  draft.device = {
    ...draft.device,
    lastSeen: now,
    contacts: draft.device.contacts + 1,
    weak: draft.device.weak || view.weak,
    session: {
      key: view.key,
      trigger: undefined,
      encoding: view.encoding,
      scheme: view.scheme,
      pending: {},
      nextKey: 1,
      turns: 0,
    },
  };
  const { update } = draft.device;
  if (update?.state === 'silent') {
    changeUpdate(
      draft,
      { state: update.beforeSilence ?? 'assigned', beforeSilence: undefined },
      'heard of again',
    );
  }
}

/** What is still out gets no answer any more (I-017, F-074). */
export function endSession(draft: Draft): void {
  for (const key of Object.keys(draft.device.session?.pending ?? {})) {
    learnNoAnswer(draft, key, true);
  }
  const active = draft.device.update?.attempts.at(-1);
  if (active?.state === 'sent' && inFlight(active)) {
    changeAttempt(draft, active.correlator, { state: 'unknown' });
  }
}

export function learnOpened(draft: Draft, event: Extract<ServerEvent, { kind: 'opened' }>): void {
  const { session } = draft.device;
  if (session !== undefined) {
    const { trigger, maxMsgSize, maxObjSize, verProto, resync = false } = event;
    const facts = { trigger, maxMsgSize, maxObjSize, verProto, ...(resync ? { resync } : {}) };
    draft.device = { ...draft.device, session: { ...session, ...facts } };
  }
  const by = event.trigger === 1200 ? 'after our wake-up' : 'by itself';
  note(draft, 'contact', `session ${event.sessionID} opened ${by}`, { trigger: event.trigger ?? 0 });
}

/** DevInfo in any order, with or without Meta, interior nodes among it (S-002, S-003). */
export function learnDevInfo(draft: Draft, items: readonly DevInfoItem[]): void {
  const before = draft.device;
  for (const item of items) {
    const uri = item.uri.trim();
    const text = item.value.trim();
    if (item.format?.toLowerCase() !== 'node' && uri.startsWith('./DevInfo/')) {
      draft.device = withDevInfo(draft, uri.slice('./DevInfo/'.length), text);
      watchFact(draft, uri, text);
    }
  }
  warnOfMissing(draft, items);
  const { manufacturer, model } = draft.device;
  const moved = manufacturer !== before.manufacturer || model !== before.model;
  const settled = before.contacts > 1 && before.manufacturer !== undefined && before.model !== undefined;
  if (moved && settled) {
    suspectMake(draft, before);
  } else if (moved) {
    note(draft, 'facts', `is ${manufacturer ?? 'of unknown manufacturer'} ${model ?? ''}`.trimEnd());
  }
}

/** S-004: in the first message all five are due; the session goes on without. */
function warnOfMissing({ device, log, ctx }: Draft, items: readonly DevInfoItem[]): void {
  if (device.session?.turns !== 0) {
    return;
  }
  const told = new Set(items.filter(({ value }) => value.trim() !== '').map(({ uri }) => uri.trim()));
  const missing = MANDATORY.filter((name) => !told.has(`./DevInfo/${name}`));
  if (missing.length > 0) {
    log.push({ at: ctx.now, kind: 'warning', text: `DevInfo lacks ${missing.join(', ')}` });
  }
}

const MANDATORY = ['DevId', 'Man', 'Mod', 'DmV', 'Lang'] as const;

function withDevInfo(draft: Draft, name: string, text: string): DeviceRecord {
  const { device, ctx } = draft;
  switch (name) {
    case 'DevId':
      return text === device.id || text === '' ? device : withText(device, 'devId', text.slice(0, 128));
    case 'Man':
      return withText(device, 'manufacturer', meaningful(text)?.slice(0, 128) ?? device.manufacturer);
    case 'Mod':
      return withText(device, 'model', meaningful(text)?.slice(0, 128) ?? device.model);
    case 'DmV':
      return withText(device, 'clientVersion', text.slice(0, 64));
    case 'Lang':
      return withText(device, 'language', text.slice(0, 32));
    default:
      return withRead(device, `./DevInfo/${name}`, { status: 200, value: text, at: ctx.now });
  }
}

type TextFact = 'devId' | 'manufacturer' | 'model' | 'clientVersion' | 'language';

/** The same record when the device says what it said before. */
function withText(device: DeviceRecord, fact: TextFact, value: string | undefined): DeviceRecord {
  return device[fact] === value ? device : { ...device, [fact]: value };
}
