/** Alert codes valid in DM 1.2 (syncml-wbxml §6.1); `Alert/Data` carries the number. */
export const AlertCode = {
  Display: 1100,
  ConfirmOrReject: 1101,
  TextInput: 1102,
  SingleChoice: 1103,
  MultipleChoice: 1104,
  ServerInitiatedMgmt: 1200,
  ClientInitiatedMgmt: 1201,
  NextMessage: 1222,
  SessionAbort: 1223,
  ClientEvent: 1224,
  NoEndOfData: 1225,
  GenericAlert: 1226,
} as const;
export type AlertCode = (typeof AlertCode)[keyof typeof AlertCode];

export interface AlertRow {
  readonly code: AlertCode;
  readonly name: string;
  readonly from: 'server' | 'client' | 'both';
  readonly meaning: string;
}

const rows: readonly AlertRow[] = [
  { code: 1100, name: 'DISPLAY', from: 'server', meaning: 'show a text to the user' },
  { code: 1101, name: 'CONFIRM OR REJECT', from: 'server', meaning: 'ask the user yes or no' },
  { code: 1102, name: 'TEXT INPUT', from: 'server', meaning: 'ask the user for a text' },
  { code: 1103, name: 'SINGLE CHOICE', from: 'server', meaning: 'let the user choose one of several' },
  { code: 1104, name: 'MULTIPLE CHOICE', from: 'server', meaning: 'let the user choose any of several' },
  { code: 1200, name: 'SERVER-INITIATED MGMT', from: 'client', meaning: 'the session answers a package 0' },
  { code: 1201, name: 'CLIENT-INITIATED MGMT', from: 'client', meaning: 'the device opened the session' },
  { code: 1222, name: 'NEXT MESSAGE', from: 'both', meaning: 'send the next message of your package' },
  { code: 1223, name: 'SESSION ABORT', from: 'both', meaning: 'the session ends now' },
  { code: 1224, name: 'CLIENT EVENT', from: 'client', meaning: 'event data in Items' },
  { code: 1225, name: 'NO END OF DATA', from: 'both', meaning: 'the last chunk of an object is missing' },
  { code: 1226, name: 'GENERIC ALERT', from: 'client', meaning: 'typed notice; FUMO results and requests' },
];

export const ALERT_ROWS: ReadonlyMap<number, AlertRow> = new Map(rows.map((row) => [row.code, row]));

/** The alert code of `Alert/Data` when that side may send it; undefined: answer 406. */
export function alertCodeFrom(sender: 'server' | 'client', data: string | undefined): AlertCode | undefined {
  const row = data !== undefined && /^\d{4}$/.test(data) ? ALERT_ROWS.get(Number(data)) : undefined;
  return row !== undefined && (row.from === 'both' || row.from === sender) ? row.code : undefined;
}
