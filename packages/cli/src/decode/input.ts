import { createReadStream } from 'node:fs';
import { decodeBase64 } from '@fumarole/syncml';
import { CliError } from '../cli-error.ts';
import { fileError } from '../file-error.ts';
import { MAX_INPUT_OCTETS } from './limits.ts';

export type InputForm = 'raw' | 'hex' | 'base64';

export interface Input {
  readonly octets: Uint8Array;
  readonly form: InputForm;
  /** There is more than was read. */
  readonly cut: boolean;
  /** Hex text whose every line is hex by itself: what each holds. */
  readonly lines?: readonly Uint8Array[];
}

/** Reads a file, or standard input for `-`, and unwraps hex and base64. Throws CliError `file`, `usage`. */
export async function readInput(file: string, form: InputForm | undefined): Promise<Input> {
  const { octets, cut } = await readBounded(file);
  return { ...unwrap(octets, form), cut };
}

/** Hex (with spaces, colons, `0x`, and comments after `#`) and base64 become octets; anything else stays as it is. */
export function unwrap(octets: Uint8Array, form: InputForm | undefined): Omit<Input, 'cut'> {
  if (form === 'raw') return { octets, form };
  const text = asciiOf(octets);
  const fromHex = text === undefined || form === 'base64' ? undefined : hexOctets(text);
  if (fromHex !== undefined) {
    const lines = hexLines(text ?? '');
    return { octets: fromHex, form: 'hex', ...(lines.length > 1 ? { lines } : {}) };
  }
  if (form === 'hex') throw new CliError('usage', 'The input is no hex text.');
  const isMarkup = text !== undefined && /^\s*</.test(text);
  const fromBase64 = text === undefined || isMarkup || text.trim() === '' ? undefined : decodeBase64(text);
  if (fromBase64 !== undefined) return { octets: fromBase64, form: 'base64' };
  if (form === 'base64') throw new CliError('usage', 'The input is no base64 text.');
  return { octets, form: 'raw' };
}

function asciiOf(octets: Uint8Array): string | undefined {
  const isText = octets.every((octet) => (octet >= 0x20 && octet < 0x7f) || (octet >= 9 && octet <= 13));
  return isText ? Buffer.from(octets).toString('latin1') : undefined;
}

function hexOctets(text: string): Uint8Array | undefined {
  const digits = text
    .replace(/#.*$/gm, '')
    .replace(/\b0x/gi, '')
    .replace(/[\s:,]/g, '');
  const isHex = digits.length > 0 && digits.length % 2 === 0 && /^[0-9a-f]+$/i.test(digits);
  return isHex ? new Uint8Array(Buffer.from(digits, 'hex')) : undefined;
}

function hexLines(text: string): readonly Uint8Array[] {
  const lines = text.split(/\r?\n/).filter((line) => line.replace(/#.*$/, '').trim() !== '');
  const octets = lines.map(hexOctets);
  return octets.every((line) => line !== undefined) ? octets : [];
}

async function readBounded(file: string): Promise<{ octets: Uint8Array; cut: boolean }> {
  const stream = file === '-' ? process.stdin : createReadStream(file);
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      const octets = Buffer.from(piece);
      pieces.push(octets);
      length += octets.length;
      if (length > MAX_INPUT_OCTETS) break;
    }
  } catch (error) {
    throw fileError(file, error);
  }
  const whole = Buffer.concat(pieces);
  return { octets: new Uint8Array(whole.subarray(0, MAX_INPUT_OCTETS)), cut: length > MAX_INPUT_OCTETS };
}
