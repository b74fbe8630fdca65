import { parseTrigger, SAFE_SERVER_ID_CHARACTERS } from '@fumarole/dm/notification';
import { field, hexOf, type Report, type Shown } from './report.ts';

const DIGEST = 16;
const HEADER = 8;
const UI_MODES = ['no preference', 'background', 'informative', 'interactive'];

export function isPackage0(octets: Uint8Array): boolean {
  return parseTrigger(octets, { acceptVersion10: true }) !== undefined;
}

/** Package 0, field by field (notification §1.1); the digest needs the account's secret to be checked. */
export function decodePackage0(octets: Uint8Array, base: number, report: Report): Shown {
  report.formats.push('package 0');
  const shown: Shown = { label: 'package 0', offset: base, children: [] };
  const at = (index: number): number => octets[index] ?? 0;
  const add = (label: string, index: number, text: string): void => {
    if (index < octets.length) shown.children.push(field(label, base + index, text));
  };
  add('digest', 0, hexOf(octets.subarray(0, DIGEST)));
  const version = (at(16) << 2) | (at(17) >> 6);
  add('version', 16, `${Math.floor(version / 10)}.${version % 10}`);
  add('ui-mode', 17, UI_MODES[(at(17) >> 4) & 3] ?? '');
  add('initiator', 17, (at(17) & 8) === 0 ? 'client' : 'server');
  const session = (at(21) << 8) | at(22);
  add('session id', 21, `${session} (SessionID ${session.toString(16).toUpperCase()})`);
  const length = at(23);
  add('length of identifier', 23, String(length));
  const identifier = Buffer.from(octets.subarray(24, 24 + length)).toString('utf8');
  add('server identifier', 24, identifier);
  if (octets.length > 24 + length) add('vendor body', 24 + length, hexOf(octets.subarray(24 + length)));
  if (octets.length < DIGEST + HEADER + length || octets.length < DIGEST + HEADER) {
    report.fail(base + octets.length, 'the package ends within its header or identifier');
    return shown;
  }
  if (version !== 11) report.warn(`notification version ${version / 10} is not 1.1`, base + 16);
  if ((at(17) & 7) + at(18) + at(19) + at(20) > 0) report.warn('bits for future use are set', base + 17);
  if (session === 0) report.warn('session id 0: devices discard it', base + 21);
  if (length === 0) report.warn('no server identifier: devices discard it', base + 23);
  if (identifier.length > SAFE_SERVER_ID_CHARACTERS) {
    report.warn(`some devices drop identifiers above ${SAFE_SERVER_ID_CHARACTERS} characters`, base + 24);
  }
  return shown;
}
