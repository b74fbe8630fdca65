/**
 * A record in two parts that are stored apart: what each contact changes, and what lasts. So a contact that tells
 * nothing new leaves the lasting part unwritten.
 */
import type { DeviceRecord } from './device-record.ts';

export type ContactFacts = Pick<DeviceRecord, 'contacts' | 'lastSeen' | 'session'>;
export type LastingFacts = Omit<DeviceRecord, keyof ContactFacts>;

const NEVER_SEEN: ContactFacts = { contacts: 0 };

export function contactOf({ contacts, lastSeen, session }: ContactFacts): ContactFacts {
  return { contacts, lastSeen, session };
}

export function lastingOf(record: DeviceRecord): LastingFacts {
  const { contacts: _, lastSeen: __, session: ___, ...lasting } = record;
  return lasting;
}

/** The whole record; without a contact it is that of a device that was never seen. */
export function joinRecord(lasting: LastingFacts, contact: ContactFacts = NEVER_SEEN): DeviceRecord {
  return { ...lasting, ...contact };
}

/** All of them: the compiler asks for the ones that are missing. */
const LASTING: Readonly<Record<keyof LastingFacts, true>> = {
  version: true,
  id: true,
  createdAt: true,
  manufacturer: true,
  model: true,
  language: true,
  clientVersion: true,
  devId: true,
  nodes: true,
  roots: true,
  described: true,
  discovery: true,
  unsupported: true,
  policy: true,
  wake: true,
  request: true,
  update: true,
  history: true,
  commands: true,
  quarantine: true,
  twins: true,
  weak: true,
  why: true,
  dueAt: true,
};
const LASTING_KEYS = Object.keys(LASTING) as readonly (keyof LastingFacts)[];

/** Whether nothing that lasts differs; values that were not touched are the same objects in both. */
export function lastsUnchanged(before: DeviceRecord, after: DeviceRecord): boolean {
  for (const key of LASTING_KEYS) if (before[key] !== after[key]) return false;
  return true;
}
