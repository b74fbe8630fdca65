import { expect, it } from 'vitest';
import { contactOf, joinRecord, lastingOf, lastsUnchanged } from './contact-facts.ts';
import type { DeviceRecord } from './device-record.ts';
import { learn } from './learn.ts';
import { DEFAULT_PLANNER_CONFIG } from './limits.ts';
import { newDevice } from './new-device.ts';
import type { PlanContext } from './plan-types.ts';

const ctx: PlanContext = {
  now: 5,
  random: (octets) => new Uint8Array(octets),
  urls: { package: () => '', descriptor: () => '' },
  config: DEFAULT_PLANNER_CONFIG,
};
const view = { key: 's1', encoding: 'wbxml', scheme: 'mac', weak: false } as const;
const info = (model: string) =>
  ({
    kind: 'dev-info',
    items: [
      { uri: './DevInfo/Man', value: 'Acme' },
      { uri: './DevInfo/Mod', value: model },
    ],
  }) as const;
const known = learn(newDevice({ id: 'd' }, 'manual', 1), { session: view, events: [info('M1')] }, ctx).device;

it('a record is put together from its two parts as it was', () => {
  expect(joinRecord(lastingOf(known), contactOf(known))).toEqual(known);
  expect(joinRecord(lastingOf(known))).toMatchObject({ contacts: 0, model: 'M1' });
});

it('a contact that tells nothing new changes nothing that lasts; another model does', () => {
  const again = (model: string): DeviceRecord =>
    learn(known, { session: { ...view, key: 's2' }, events: [info(model)] }, ctx).device;
  expect(again('M1')).toMatchObject({ contacts: 2, lastSeen: 5 });
  expect(lastsUnchanged(known, again('M1'))).toBe(true);
  expect(lastsUnchanged(known, again('M2'))).toBe(false);
});

it('a piece of a package that was taken changes nothing that lasts', () => {
  const session = { ...known.session, pending: { 'data:1': 'data u.1' } };
  const sending = { ...known, session } as DeviceRecord;
  const event = { kind: 'object-progress', key: 'data:1', offset: 10, length: 30 } as const;
  const after = learn(sending, { session: view, events: [event] }, ctx).device;
  expect(after.session?.progress).toEqual({ done: 10, total: 30 });
  expect(lastsUnchanged(sending, after)).toBe(true);
});
