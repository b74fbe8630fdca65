/** The beginning of every update. */
import type { PlanContext } from './plan-types.ts';
import type { AskedBy, Update } from './update.ts';

/** An update whose package is still to be chosen. */
export function emptyUpdate(
  { now, random }: Pick<PlanContext, 'now' | 'random'>,
  askedBy: AskedBy,
  via: Update['via'],
  operation: Update['operation'],
): Update {
  const id = [...random(8)].map((octet) => octet.toString(16).padStart(2, '0')).join('');
  return {
    id,
    state: 'assigned',
    stateAt: now,
    askedBy,
    via,
    operation,
    attempts: [],
    createdAt: now,
    updatedAt: now,
    failures: 0,
    refusals: 0,
    unverifiedContacts: 0,
    extensions: 0,
  };
}
