import { decodeBase64, parseXml } from '@fumarole/syncml';

/** Format names of the tree (tree §4), lower case as they are written. */
export type Format =
  | 'b64'
  | 'bin'
  | 'bool'
  | 'chr'
  | 'int'
  | 'node'
  | 'null'
  | 'xml'
  | 'date'
  | 'time'
  | 'float';

/** Value of a leaf: octets for `bin`, text for every other format. */
export type NodeValue = string | Uint8Array;

const INT = /^[+-]?\d{1,10}$/;
const DATE = /^(\d{4})(-?)(\d{2})\2(\d{2})$/;
const TIME =
  /^(?:(\d{4})(-?)(\d{2})\2(\d{2})T)?([01]\d|2[0-3])(:?)[0-5]\d\6(?:[0-5]\d|60)(?:Z|[+-]\d{2}:?\d{2})?$/;
const FLOAT = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?|-?INF|NaN)$/;

/** Text rules of each format (tree §4): is this a value that parses? `bin` and `node` have none. */
const RULES: Readonly<Record<Exclude<Format, 'bin' | 'node'>, (text: string) => boolean>> = {
  b64: (text) => decodeBase64(text) !== undefined,
  bool: (text) => /^(?:true|false)$/i.test(text),
  chr: () => true,
  int: (text) => INT.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31,
  null: (text) => text === '',
  xml: isWellFormed,
  date: (text) => isDate(DATE.exec(text)),
  time: (text) => isTime(text),
  float: (text) => FLOAT.test(text),
};

export const FORMATS: readonly Format[] = ['bin', 'node', ...(Object.keys(RULES) as (keyof typeof RULES)[])];

/** The format a peer named, in any letter case (tree §4); undefined when there is none of that name. */
export function formatOf(name: string): Format | undefined {
  const lower = name.toLowerCase();
  return FORMATS.find((format) => format === lower);
}

/** Does the text parse in this format? An empty text clears a leaf of any format (tree §5.3). */
export function isValueOf(format: Format, value: NodeValue): boolean {
  if (format === 'bin') return typeof value !== 'string';
  if (format === 'node' || typeof value !== 'string') return false;
  return value === '' || RULES[format](value);
}

function isDate(match: RegExpExecArray | null): boolean {
  if (match === null) return false;
  return isDay(Number(match[1]), Number(match[3]), Number(match[4]));
}

function isTime(text: string): boolean {
  const match = TIME.exec(text);
  if (match === null) return false;
  return match[1] === undefined || isDay(Number(match[1]), Number(match[3]), Number(match[4]));
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  date.setUTCFullYear(year); // Date.UTC reads years below 100 as 19xx
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isWellFormed(text: string): boolean {
  try {
    parseXml(text);
    return true;
  } catch {
    return false;
  }
}
