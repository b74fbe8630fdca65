/** What an operator cannot have of a device, because its family does not do it (I-014, I-027, S-031). */
import type { DeviceRecord, QueuedCommand, TreeOrder, TreeVerb } from './device-record.ts';
import type { DeviceProfile, Lack } from './profiles/profile.ts';
import { profileOf } from './profiles/profile-of.ts';
import { overLimit } from './uri-limits.ts';

type Asked = Pick<QueuedCommand, 'verb' | 'commands'> & TreeOrder;

const TNDS = /^application\/vnd\.syncml\.dmtnds\+(xml|wbxml)$/i;

/** One sentence, or undefined: the command may be sent. */
export function whyNot(device: DeviceRecord, command: Asked): string | undefined {
  const profile = profileOf(device);
  for (const one of [command, ...(command.commands ?? [])]) {
    const long = [one.uri, one.source ?? '']
      .map((uri) => overLimit(device, uri))
      .find((why) => why !== undefined);
    if (long !== undefined) return `the URI is too long: ${long}`;
    const lack = lackOf(device, profile, one);
    if (lack !== undefined) return lack;
  }
  return undefined;
}

function lackOf(
  { session }: DeviceRecord,
  profile: DeviceProfile,
  { verb, uri, type = '' }: TreeOrder & { readonly verb: TreeVerb },
): string | undefined {
  const who = session?.verProto === 'DM/1.1' ? 'a device of DM/1.1' : `the ${profile.family}`;
  if (verb === 'alert' && !profile.userInteraction) return `${who} shows its user nothing`;
  if (uri.includes('?list=') && !profile.list) return `${who} knows no ?list=`;
  if (TNDS.test(type.trim()) && lacks(profile, 'tnds')) return `${who} takes no TNDS`;
  return isLack(verb) && lacks(profile, verb) ? `${who} does not take ${verb}` : undefined;
}

function lacks({ lacks: all }: DeviceProfile, lack: Lack): boolean {
  return all.includes(lack);
}

function isLack(verb: string): verb is Lack {
  return ['sequence', 'atomic', 'copy', 'add', 'delete'].includes(verb);
}
