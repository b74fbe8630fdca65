/** Which profile a device gets. */
import type { DeviceRecord } from '../device-record.ts';
import { PROFILES } from './families.ts';
import { DEFAULT_PROFILE, type DeviceProfile, type ProfileMatch } from './profile.ts';

/** Compiled once: each message asks for the profile several times. */
const PATTERNS: ReadonlyMap<string, RegExp> = new Map(
  PROFILES.flatMap(({ match }) => match)
    .flatMap((texts) => Object.values(texts))
    .map((text: string) => [text, new RegExp(text, 'i')]),
);

/** DM/1.1 knows no `?list=`, no TNDS and no Generic Alert: State and version tell how an update ended (S-031). */
const IN_DM_1_1: ReadonlyMap<DeviceProfile, DeviceProfile> = new Map(
  PROFILES.map((profile) => [
    profile,
    { ...profile, list: false, resultAlert: false, lacks: [...profile.lacks, 'tnds'] },
  ]),
);

/** The profile named by the policy, else the one whose match fits DevInfo, else the default; as its DM version allows. */
export function profileOf(device: DeviceRecord): DeviceProfile {
  const profile = familyOf(device);
  return device.session?.verProto === 'DM/1.1' ? (IN_DM_1_1.get(profile) ?? profile) : profile;
}

function familyOf(device: DeviceRecord): DeviceProfile {
  const named = PROFILES.find((profile) => profile.name === device.policy.profile);
  return (
    named ?? PROFILES.find((profile) => profile.match.some((match) => fits(match, device))) ?? DEFAULT_PROFILE
  );
}

function fits(match: ProfileMatch, device: DeviceRecord): boolean {
  return (
    fitsText(match.manufacturer, device.manufacturer) &&
    fitsText(match.model, device.model) &&
    fitsText(match.clientVersion, device.clientVersion)
  );
}

function fitsText(pattern: string | undefined, value: string | undefined): boolean {
  return pattern === undefined || (value !== undefined && PATTERNS.get(pattern)?.test(value.trim()) === true);
}
