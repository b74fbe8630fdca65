/** What a message told: events become facts, attempts move on, results are matched; nothing is decided here. */
import type { ServerEvent } from '@fumarole/dm/server';
import type { DeviceRecord } from './device-record.ts';
import { type Draft, newDraft } from './draft.ts';
import { learnAlert } from './learn-alert.ts';
import {
  learnChunk,
  learnNoAnswer,
  learnNotExecuted,
  learnObjectFailed,
  learnResults,
  learnSpooled,
  learnStatus,
} from './learn-answer.ts';
import { beginContact, endSession, learnDevInfo, learnOpened } from './learn-contact.ts';
import type { SpooledValue } from './learn-tree.ts';
import type { Learned, PlanContext, SessionView } from './plan-types.ts';
import { learnCrossing } from './twins.ts';

export interface Message {
  readonly session: SessionView;
  readonly events: readonly (ServerEvent | SpooledValue)[];
}

/**
 * Takes the events of one authenticated message into the record. Alerts that repeat change nothing but are answered
 * (F-088, F-089); a status or result for something unknown is logged, never an error.
 */
export function learn(device: DeviceRecord, message: Message, ctx: PlanContext): Learned {
  const draft = newDraft(device, ctx);
  const alertStatus = new Map<string, number>();
  const requests: string[] = [];
  beginContact(draft, message.session);
  for (const event of joinResults(message.events)) {
    if (event.kind === 'authenticated') {
      draft.device = withScheme(draft.device, message.session);
      if (event.crossed === true) learnCrossing(draft);
    } else if (event.kind === 'generic-alert') {
      const key = `${event.cmdID}#${event.item}`;
      const answer = learnAlert(draft, event);
      if (answer === 'request') {
        requests.push(key);
      } else if (answer !== undefined) {
        alertStatus.set(key, answer);
      }
    } else {
      learnEvent(draft, event);
    }
  }
  return { device: draft.device, log: draft.log, alertStatus, requests };
}

/** One Results with many Items, or many with one each: the same answer (T-083). */
function joinResults(events: Message['events']): Message['events'] {
  const joined: (ServerEvent | SpooledValue)[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (event.kind === 'results' && last?.kind === 'results' && last.key === event.key) {
      joined[joined.length - 1] = { ...last, items: [...last.items, ...event.items] };
    } else {
      joined.push(event);
    }
  }
  return joined;
}

function learnEvent(draft: Draft, event: ServerEvent | SpooledValue): void {
  switch (event.kind) {
    case 'opened':
      learnOpened(draft, event);
      break;
    case 'dev-info':
      learnDevInfo(draft, event.items);
      break;
    case 'status':
      learnStatus(draft, event);
      break;
    case 'results':
      learnResults(draft, event.key, event.items);
      break;
    case 'chunk':
      learnChunk(draft, event);
      break;
    case 'spooled':
      learnSpooled(draft, event);
      break;
    case 'no-answer':
      learnNoAnswer(draft, event.key);
      break;
    case 'not-executed':
      learnNotExecuted(draft, event.key);
      break;
    case 'object-progress':
      learnProgress(draft, event.key, event.offset, event.length);
      break;
    case 'object-failed':
      learnObjectFailed(draft, event.key, event.reason, event.code);
      break;
    case 'aborted':
    case 'closed':
      endSession(draft);
      break;
    default:
      break;
  }
}

function withScheme(device: DeviceRecord, view: SessionView): DeviceRecord {
  const { session } = device;
  if ((device.weak || !view.weak) && (session === undefined || session.scheme === view.scheme)) {
    return device;
  }
  return {
    ...device,
    weak: device.weak || view.weak,
    ...(session === undefined ? {} : { session: { ...session, scheme: view.scheme } }),
  };
}

/** A package goes on: kept for display, the session itself knows the offset. Nothing that lasts changes with each piece. */
function learnProgress(draft: Draft, key: string, done: number, total: number): void {
  const { session } = draft.device;
  if (session?.pending[key]?.startsWith('data ') === true) {
    draft.device = { ...draft.device, session: { ...session, progress: { done, total } } };
  }
}
