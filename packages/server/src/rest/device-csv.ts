import { parse } from 'csv-parse/sync';
import { isWakeAddress, WAKE_ADDRESS_FORMS } from '../wake/wake-address.ts';
import type { ApiAuthScheme, ApiProvisionRequest, OfferPolicy } from './api.ts';
import { MAX_CSV_ROWS, MAX_ID_LENGTH } from './limits.ts';
import { RestError } from './rest-error.ts';

/** One row of the file: a request, or why it is none. `line` counts from 1, the header being line 1. */
export type CsvRow =
  | { readonly line: number; readonly ok: true; readonly request: ApiProvisionRequest }
  | { readonly line: number; readonly ok: false; readonly id?: string; readonly reason: string };

const SCHEMES: readonly string[] = [
  'none',
  'basic',
  'md5',
  'mac',
  'transport',
] satisfies readonly ApiAuthScheme[];
const OFFERS: readonly string[] = ['automatic', 'on-request', 'manual'] satisfies readonly OfferPolicy[];
/** Column names in snake_case or camelCase; `id` is the one required. */
const COLUMNS: ReadonlySet<string> = new Set([
  'id',
  'clientScheme',
  'clientName',
  'clientSecret',
  'serverScheme',
  'serverName',
  'serverSecret',
  'manufacturer',
  'model',
  'wake',
  'profile',
  'offer',
]);

/** Reads a device list (RFC 4180, header row first); throws RestError `bad-csv` when the file as a whole is no such list. */
export function readDeviceCsv(text: string): readonly CsvRow[] {
  if (text.trim() === '') throw new RestError('bad-csv', 'The file is empty.');
  const records = parseRecords(text);
  return records.map(({ record, info }) => readRow(record, info.lines));
}

interface ParsedRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function parseRecords(text: string): readonly ParsedRecord[] {
  try {
    const records: readonly unknown[] = parse(text, {
      bom: true,
      columns: (header: readonly string[]) => header.map(columnName),
      info: true,
      skip_empty_lines: true,
      to: MAX_CSV_ROWS,
      trim: true,
      max_record_size: 16 * 1024,
    });
    return records.map(parsedRecord);
  } catch (cause) {
    throw cause instanceof RestError ? cause : new RestError('bad-csv', messageOf(cause), undefined, cause);
  }
}

/** A record with its info, as `info: true` gives it. */
function parsedRecord(value: unknown): ParsedRecord {
  const { record, info } = objectOf(value);
  const cells = Object.entries(objectOf(record)).map(([column, cell]) => [column, String(cell)]);
  return { record: Object.fromEntries(cells), info: { lines: Number(objectOf(info).lines) } };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new TypeError('the CSV parser gave no record');
  return { ...value };
}

function columnName(header: string): string {
  const name = header.trim().replace(/[_ -](\w)/g, (_all, letter: string) => letter.toUpperCase());
  const known =
    name === '' ? undefined : [...COLUMNS].find((column) => column.toLowerCase() === name.toLowerCase());
  if (known === undefined)
    throw new RestError('bad-csv', `Unknown column "${header}"; known are ${[...COLUMNS].join(', ')}.`);
  return known;
}

function readRow(record: Readonly<Record<string, string>>, line: number): CsvRow {
  const { id } = record;
  if (id === undefined || id === '') return { line, ok: false, reason: 'no id' };
  const fault = faultOf(record);
  if (fault !== undefined) return { line, ok: false, id, reason: fault };
  const filled = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));
  return { line, ok: true, request: { ...filled, id } };
}

function faultOf(record: Readonly<Record<string, string>>): string | undefined {
  const { clientScheme = '', serverScheme = '', offer = '', wake = '' } = record;
  const long = Object.entries(record).find(([, value]) => value.length > MAX_ID_LENGTH);
  if (long !== undefined) return `${long[0]} is longer than ${MAX_ID_LENGTH} characters`;
  for (const scheme of [clientScheme, serverScheme]) {
    if (scheme !== '' && !SCHEMES.includes(scheme))
      return `unknown scheme "${scheme}"; one of ${SCHEMES.join(', ')}`;
  }
  if (offer !== '' && !OFFERS.includes(offer)) return `unknown offer "${offer}"; one of ${OFFERS.join(', ')}`;
  return wake === '' || isWakeAddress(wake) ? undefined : `wake "${wake}" is none of ${WAKE_ADDRESS_FORMS}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
