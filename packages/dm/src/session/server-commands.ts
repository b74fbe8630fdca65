import type { Alert, Command, Item, Replace } from '@fumarole/syncml';
import { AlertCode, alertCodeFrom, effectiveMeta } from '@fumarole/syncml';
import { fromUtf8 } from '../auth/host.ts';
import { SESSION_LIMITS } from '../limits.ts';
import { normaliseAlertType } from './alert-type.ts';
import { breakOff } from './server-results.ts';
import type { DevInfoItem, TypedAlert } from './server-types.ts';
import type { ServerWork } from './server-work.ts';
import { owe } from './server-work.ts';

const NO_DATA = '';
const LONGEST_REF = 120;

/** Takes a command of the client other than Status and Results, and owes its Status. */
export function takeCommand(work: ServerWork, command: Command): void {
  if (command.kind === 'Alert') {
    takeAlert(work, command);
    return;
  }
  work.progress = true;
  breakOff(work);
  if (command.CmdID === '') {
    owe(work, command, 400);
  } else if (command.kind === 'Replace') {
    takeReplace(work, command);
  } else if (command.kind === 'Unsupported') {
    owe(work, { CmdID: command.CmdID, kind: nameOf(command) }, command.dataSync ? 406 : 501);
  } else {
    // Clients send Alert, Replace, Results and Status only.
    refuseAll(work, command, 405);
  }
}

/** Owes the same Status for the command and all inside it (§2 rule 8). */
export function refuseAll(work: ServerWork, command: Command, code: number): void {
  if (command.kind === 'Status' || command.kind === 'Results') {
    return;
  }
  owe(work, { CmdID: command.CmdID, kind: nameOf(command) }, code);
  for (const child of 'commands' in command ? command.commands : []) {
    refuseAll(work, child, code);
  }
}

/** As the Status names it. */
function nameOf(command: Command): string {
  return command.kind === 'Unsupported' ? command.name.slice(0, SESSION_LIMITS.nameLength) : command.kind;
}

function takeReplace(work: ServerWork, command: Replace): void {
  const items: DevInfoItem[] = [];
  for (const item of command.items) {
    const uri = item.Source?.LocURI ?? item.Target?.LocURI ?? '';
    if (/^(\.\/)?DevInfo(\/|$)/.test(uri) && item.MoreData !== true) {
      items.push(devInfoItem(command, item, uri));
    }
  }
  if (items.length === 0) {
    owe(work, command, 405);
    return;
  }
  work.events.push({ kind: 'dev-info', items });
  owe(work, command, 200);
}

function devInfoItem(command: Replace, item: Item, uri: string): DevInfoItem {
  const meta = effectiveMeta(command.Meta, item);
  return {
    uri: uri.startsWith('./') ? uri : `./${uri}`,
    value: textOf(item),
    ...(meta.Format === undefined ? {} : { format: meta.Format }),
    ...(meta.Type === undefined ? {} : { type: meta.Type }),
  };
}

function textOf(item: Item): string {
  const data = item.Data;
  const text = data instanceof Uint8Array ? fromUtf8(data) : data;
  return typeof text === 'string' ? text.replace(/\0+$/, '') : NO_DATA;
}

function takeAlert(work: ServerWork, alert: Alert): void {
  const code = alertCodeFrom('client', alert.Data);
  if (code === AlertCode.NextMessage) {
    owe(work, alert, 200);
    return;
  }
  work.progress = true;
  if (code !== AlertCode.NoEndOfData && code !== AlertCode.SessionAbort) {
    breakOff(work);
  }
  switch (code) {
    case AlertCode.SessionAbort:
      work.events.push({ kind: 'aborted' });
      work.end ??= 'aborted';
      owe(work, alert, 200);
      return;
    case AlertCode.NoEndOfData:
      takeNoEnd(work);
      owe(work, alert, 200);
      return;
    case AlertCode.ServerInitiatedMgmt:
    case AlertCode.ClientInitiatedMgmt:
      owe(work, alert, 200);
      return;
    case AlertCode.GenericAlert:
    case AlertCode.ClientEvent:
      takeTyped(work, alert, code);
      return;
    default:
      // Unknown, or the server's own (P-043).
      owe(work, alert, 406);
  }
}

/** The client misses the end of our object: it has dropped it (§4). */
function takeNoEnd(work: ServerWork): void {
  const { sending } = work.session;
  if (sending !== undefined) {
    delete work.session.sending;
    work.events.push({ kind: 'object-failed', key: sending.key, reason: 'no-end' });
  }
}

function takeTyped(work: ServerWork, alert: Alert, code: 1224 | 1226): void {
  const kind = code === AlertCode.GenericAlert ? 'generic-alert' : 'client-event';
  if (alert.items.length === 0) {
    owe(work, alert, 412);
    return;
  }
  alert.items.forEach((item, index) => {
    const typed = typedAlert(alert, item, index);
    work.events.push({ kind, ...typed });
    const { source } = typed;
    owe(work, alert, defaultStatus(work, kind, typed), {
      alertItem: index,
      ...(source === undefined || source.length > LONGEST_REF ? {} : { sourceRef: source }),
    });
  });
}

function typedAlert(alert: Alert, item: Item, index: number): TypedAlert {
  const meta = effectiveMeta(alert.Meta, item);
  const source = item.Source?.LocURI;
  return {
    cmdID: alert.CmdID,
    item: index,
    ...(alert.Correlator === undefined ? {} : { correlator: alert.Correlator }),
    type: meta.Type ?? '',
    ...(source === undefined ? {} : { source }),
    ...(meta.Format === undefined ? {} : { format: meta.Format }),
    ...(meta.Mark === undefined ? {} : { mark: meta.Mark }),
    data: textOf(item),
    complete: meta.Type !== undefined && meta.Format !== undefined && item.Data !== undefined,
  };
}

function defaultStatus(
  { config }: ServerWork,
  kind: 'generic-alert' | 'client-event',
  alert: TypedAlert,
): number {
  const type = normaliseAlertType(alert.type);
  if (kind === 'client-event') {
    return config.eventTypes.includes(type) ? 200 : 406;
  }
  if (!alert.complete) {
    return 412;
  }
  return config.alertTypes.includes(type) ? 200 : 415;
}
