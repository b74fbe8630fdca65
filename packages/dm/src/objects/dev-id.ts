/** Names a scheme goes by. */
const ALIASES: Readonly<Record<string, string>> = {
  'URN:IMEI': 'IMEI',
  'URN:GSMA:IMEI': 'IMEI',
  'URN:UUID': 'UUID',
};
/** Schemes whose rest is hex digits; separators in it do not count. */
const HEXADECIMAL: readonly string[] = ['MAC', 'TWID', 'ESN', 'MEID', 'UUID'];
/** Significant digits of an IMEI: without check digit or software version. */
const IMEI_DIGITS = 14;

/**
 * Key under which a device is looked up, whatever form its DevId came in: scheme in upper case, hex digits in upper case without
 * separators, IMEI in its 14 significant digits (std-objects §2.1, S-005). A text without a scheme is its own key.
 */
export function deviceKey(devId: string): string {
  const text = devId.trim();
  const match = /^(urn:gsma:imei|urn:[a-z0-9-]+|[a-z][a-z0-9+.-]*):(.*)$/is.exec(text);
  if (match === null) return text;
  const written = (match[1] ?? '').toUpperCase();
  const scheme = ALIASES[written] ?? written;
  const rest = match[2] ?? '';
  if (scheme !== 'IMEI' && !HEXADECIMAL.includes(scheme)) return `${scheme}:${rest}`;
  const compact = rest.replace(/[-:\s]/g, '');
  if (scheme === 'IMEI') {
    return /^\d{14,16}$/.test(compact) ? `IMEI:${compact.slice(0, IMEI_DIGITS)}` : `${scheme}:${rest}`;
  }
  return /^[0-9A-F]+$/i.test(compact) ? `${scheme}:${compact.toUpperCase()}` : `${scheme}:${rest}`;
}
