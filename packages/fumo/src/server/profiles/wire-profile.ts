/** How to write messages to a device: its family's row, and no chunks where LrgObj or MaxObjSize forbid them (S-013). */
import type { WireProfile } from '@fumarole/dm/server';
import type { DeviceRecord } from '../device-record.ts';
import { takesLargeObjects } from '../facts.ts';
import { profileOf } from './profile-of.ts';

export function wireProfile(device: DeviceRecord): WireProfile {
  const { wire, chunksWithoutMaxObjSize } = profileOf(device);
  const sized = device.session?.maxObjSize !== undefined || chunksWithoutMaxObjSize !== undefined;
  const chunks = wire.chunks && sized && takesLargeObjects(device);
  return { ...wire, chunks };
}
