/** Types of the Generic Alerts of FUMO (fumo.md §5, §7). */

export const FumoAlertType = {
  download: 'org.openmobilealliance.dm.firmwareupdate.download',
  update: 'org.openmobilealliance.dm.firmwareupdate.update',
  'download-and-update': 'org.openmobilealliance.dm.firmwareupdate.downloadandupdate',
  'device-request': 'org.openmobilealliance.dm.firmwareupdate.devicerequest',
  'user-request': 'org.openmobilealliance.dm.firmwareupdate.userrequest',
} as const;
/** The three operations and the two requests, in our words. */
export type FumoAlert = keyof typeof FumoAlertType;

const BY_NAME: ReadonlyMap<string, FumoAlert> = new Map([
  ['download', 'download'],
  ['update', 'update'],
  ['downloadandupdate', 'download-and-update'],
  ['devicerequest', 'device-request'],
  ['userrequest', 'user-request'],
]);

/**
 * Reads a `Meta/Type`: a leading `Reversed-Domain-Name:` and all white space dropped, letter case ignored, with or
 * without `.dm.` (I-019, F-092). Undefined for any other type.
 */
export function normaliseAlertType(type: string): FumoAlert | undefined {
  const bare = type
    .replace(/\s+/g, '')
    .toLowerCase()
    .replace(/^reversed-domain-name:/, '');
  const name = /^org\.openmobilealliance\.(?:dm\.)?firmwareupdate\.([a-z]+)$/.exec(bare)?.[1];
  return name === undefined ? undefined : BY_NAME.get(name);
}

/** True for the two client-initiated requests, whose Data is never a result (F-120, I-023). */
export function isRequest(alert: FumoAlert): alert is 'device-request' | 'user-request' {
  return alert === 'device-request' || alert === 'user-request';
}
