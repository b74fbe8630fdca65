import { ALERT_ROWS, AlertCode, STATUS_ROWS } from '@fumarole/syncml';

/** `404 not found`: a SyncML status as a person reads it. */
export function statusText(code: number): string {
  const name = STATUS_ROWS.get(code)?.name;
  return name === undefined ? `${code}, an unknown status` : `${code} ${name}`;
}

/** What an alert without further type says, as a sentence without its full stop. */
export function alertText(code: number): string {
  switch (code) {
    case AlertCode.ServerInitiatedMgmt:
      return 'Opens the session because the server asked for it (1200)';
    case AlertCode.ClientInitiatedMgmt:
      return 'Opens the session by itself (1201)';
    case AlertCode.NextMessage:
      return 'Asks for the next message of the package (1222)';
    case AlertCode.SessionAbort:
      return 'Aborts the session (1223)';
    case AlertCode.NoEndOfData:
      return 'Misses the last chunk of an object (1225)';
    default: {
      const row = ALERT_ROWS.get(code);
      return row === undefined ? `An unknown alert ${code}` : `Alert ${code}: ${row.meaning}`;
    }
  }
}

/** Alert types of FUMO 1.0 (both spellings of the prefix) in words; others as they are. */
export function alertTypeText(type: string): string {
  const name = /firmwareupdate\.(\w+)$/i.exec(type)?.[1]?.toLowerCase();
  return (name === undefined ? undefined : FUMO_ALERTS.get(name)) ?? type;
}

const FUMO_ALERTS: ReadonlyMap<string, string> = new Map([
  ['download', 'the download ended'],
  ['update', 'the update ended'],
  ['downloadandupdate', 'download and update ended'],
  ['userrequest', 'the user asks for an update'],
  ['devicerequest', 'the device asks for an update'],
]);
