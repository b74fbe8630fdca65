const LEGACY = 'org.openmobilealliance.firmwareupdate.';
const CURRENT = 'org.openmobilealliance.dm.firmwareupdate.';

/** Type of an Alert 1226 without its prefix, in lower case, older firmware names as today's (R-024, I-019). */
export function normaliseAlertType(type: string): string {
  const bare = type
    .trim()
    .replace(/^(reversed-domain-name|content-type)\s*:\s*/i, '')
    .trim()
    .toLowerCase();
  return bare.startsWith(LEGACY) ? CURRENT + bare.slice(LEGACY.length) : bare;
}

/** The operations and requests of FUMO 1.0. */
export const FIRMWARE_ALERT_TYPES: readonly string[] = [
  'download',
  'update',
  'downloadandupdate',
  'userrequest',
  'devicerequest',
].map((name) => CURRENT + name);
