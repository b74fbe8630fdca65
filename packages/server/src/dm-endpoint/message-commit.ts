/** What one answered message writes. */
import type { ReplyResult } from '@fumarole/dm/server';
import { lastsUnchanged } from '@fumarole/fumo/server';
import type { Consultation } from '../fleet/fleet.ts';
import { deviceColumns } from '../store/device-columns.ts';
import type { CallerWrite, LoadedForMessage, MessageCommit } from '../store/port.ts';
import { toStored } from './assemble.ts';
import type { AccountChoice } from './device-accounts.ts';
import type { EndpointDeps, Received } from './endpoint.ts';
import type { Placed } from './session-place.ts';

/** Names the session, to us and by its RespURI to the device. */
export interface Identity {
  readonly id: string;
  readonly token: string;
}

export interface Made {
  readonly identity: Identity;
  readonly placed: Placed;
  readonly replied: ReplyResult;
  readonly consulted: Consultation | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export function commitOf(
  { fleet, accounts, sessions }: EndpointDeps,
  { key, source, at }: Received,
  { device, credentials, version }: LoadedForMessage,
  { party, account }: AccountChoice,
  { identity, placed, replied, consulted, headers }: Made,
): MessageCommit {
  const settled = consulted === undefined ? undefined : fleet.settled(consulted, replied);
  const record = settled?.device;
  const changed = record !== undefined && record !== device?.record;
  const joins = party === 'joining' && changed && credentials === undefined;
  const renewed = credentials !== undefined && replied.account !== account;
  return {
    caller:
      placed.slot === undefined || placed.row === undefined
        ? undefined
        : { slot: placed.slot, expected: placed.row.version },
    session: {
      key,
      expected: version,
      ...identity,
      updatedAt: at,
      value: sessions.write(key, replied.session),
      response: { status: 200, headers, parts: toStored(replied.parts) },
    },
    device: changed
      ? {
          key,
          expected: device?.version ?? 0,
          record,
          columns: deviceColumns(record),
          contactOnly: device !== undefined && lastsUnchanged(device.record, record),
        }
      : undefined,
    // A decoy has no row: its nonces are thrown away, and no digest ever fits.
    credentials: joins ? accounts.vault.close(key, replied.account, version) : undefined,
    nonces:
      renewed && party !== 'decoy' && (device !== undefined || changed)
        ? accounts.vault.renew(credentials, replied.account)
        : undefined,
    timeline: (settled?.timeline ?? []).map((entry) => ({ key, id: source, entry })),
    events: [],
  };
}

/** Nothing else is written for who has proved nothing: no nonce is used up, no contact counted. */
export function callerOf({ key, at }: Received, { identity, placed, replied, headers }: Made): CallerWrite {
  return {
    key,
    slot: placed.slot ?? 0,
    expected: placed.row?.version ?? 0,
    ...identity,
    updatedAt: at,
    value: JSON.stringify(replied.session),
    response: { status: 200, headers, parts: toStored(replied.parts) },
  };
}
