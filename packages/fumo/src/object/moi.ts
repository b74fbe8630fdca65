/** Identifiers of the firmware update management object (fumo.md §2; std-objects.md §1). */

/** Type property of a FUMO root; there is only this one, also in TS 1.0.1 and 1.0.2. */
export const FUMO_MOI = 'urn:oma:mo:oma-fumo:1.0';

/** Written by older Symbian devices. */
const OLD_MOI = 'org.openmobilealliance/1.0/firmwareupdatemanagementobject';

/** True for the identifier of a FUMO root, whatever its revision, letter case or outer blanks (S-055). */
export function isFumoMoi(type: string): boolean {
  const text = type.trim().toLowerCase();
  return /^urn:oma:mo:oma-fumo:\d+\.\d+$/.test(text) || text === OLD_MOI;
}
