import type { DeviceOptions } from './options.ts';

/** Makes the directory of a new device; throws DeviceError `exists` when there is one. */
export function createDevice(dir: string, options: DeviceOptions): void {
  throw new Error(`not yet: ${dir} ${options.identity.devId}`);
}
