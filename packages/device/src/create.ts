import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Journal } from './agent/journal.ts';
import { packageLabel } from './agent/package-label.ts';
import { writeFirstBoot } from './boot/boot-control.ts';
import { checkConfig } from './config.ts';
import { DeviceError } from './device-error.ts';
import { replaceFile, replaceJson } from './disk/durable-file.ts';
import { nodeDisk } from './disk/node-disk.ts';
import { layoutOf } from './layout.ts';
import { MAX_CONFIG_BYTES } from './limits.ts';
import { DEFAULT_ROOTS } from './object/device-tree.ts';
import type { DeviceOptions } from './options.ts';

const PRELOADED_FILE = 'preloaded';

/** Makes the directory of a new device, as it leaves the factory; throws DeviceError `exists`, `bad-config`. */
export async function createDevice(dir: string, options: DeviceOptions): Promise<void> {
  const layout = layoutOf(dir);
  if ((await nodeDisk.read(layout.config, MAX_CONFIG_BYTES)) !== undefined) {
    throw new DeviceError('exists', `${dir} holds a device already`);
  }
  const { firmware, ...config } = options;
  checkConfig(config);
  for (const folder of [dir, layout.slots, layout.staging]) await nodeDisk.makeDirectory(folder);
  const image = await octetsOf(firmware.image);
  const securityFloor = firmware.securityFloor ?? 0;
  await replaceFile(nodeDisk, join(layout.slots, 'a.img'), image);
  await replaceJson(nodeDisk, join(layout.slots, 'a.json'), {
    version: firmware.version,
    release: firmware.release,
    securityFloor,
    sha256: createHash('sha256').update(image).digest('hex'),
    size: image.length,
  });
  await writeFirstBoot(nodeDisk, layout.boot, securityFloor);
  if (firmware.heldPackage !== undefined) await preload(dir, options, await octetsOf(firmware.heldPackage));
  // Last: a directory with a configuration is a whole device.
  await replaceJson(nodeDisk, layout.config, config);
}

/** Flow 5.4.3: the device already has a package. */
async function preload(dir: string, options: DeviceOptions, octets: Uint8Array): Promise<void> {
  const layout = layoutOf(dir);
  const root = (options.fumo ?? DEFAULT_ROOTS)[0]?.uri;
  if (root === undefined) throw new DeviceError('bad-config', 'fumo: a held package needs a root');
  await replaceFile(nodeDisk, join(layout.staging, PRELOADED_FILE), octets);
  const journal = await Journal.open(nodeDisk, layout.journal);
  const label = await packageLabel(nodeDisk, join(layout.staging, PRELOADED_FILE));
  const held = { file: PRELOADED_FILE, size: octets.length, via: 'preloaded', ...label } as const;
  await journal.append([{ kind: 'package-held', root, held }]);
  await journal.close();
}

async function octetsOf(source: Uint8Array | string): Promise<Uint8Array> {
  return typeof source === 'string' ? readFile(source) : source;
}
