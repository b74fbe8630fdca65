import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/** The hub models of `@pybricks/firmware`, by the name of their archive. */
export const HUB_MODELS: readonly HubModel[] = [
  'movehub',
  'cityhub',
  'technichub',
  'primehub',
  'essentialhub',
  'nxt',
  'ev3',
];
export type HubModel = 'movehub' | 'cityhub' | 'technichub' | 'primehub' | 'essentialhub' | 'nxt' | 'ev3';

/** Releases of `@pybricks/firmware` (MIT) that are installed side by side under an alias each. */
export const HUB_RELEASES: readonly HubRelease[] = ['7.27.0', '7.28.0'];
export type HubRelease = '7.27.0' | '7.28.0';

/** One real firmware image of one hub. */
export interface HubImage {
  readonly model: HubModel;
  /** Version of the firmware: `4.0.0b4` in release 7.27.0, `4.0.0b5` in 7.28.0. */
  readonly version: string;
  readonly image: Uint8Array;
  /** firmware.metadata.json as it was shipped. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Reads one image from the installed npm package; throws an Error that names what is missing. */
export function readHubImage(model: HubModel, release: HubRelease): HubImage {
  const archive = archivePath(model, release);
  const files = unzipSync(readFileSync(archive));
  const image = files['firmware-base.bin'];
  const text = files['firmware.metadata.json'];
  if (image === undefined || text === undefined) throw new Error(`${archive} holds no firmware image`);
  const metadata: Record<string, unknown> = JSON.parse(Buffer.from(text).toString('utf8'));
  return { model, version: versionOf(metadata, archive), image, metadata };
}

function archivePath(model: HubModel, release: HubRelease): string {
  const alias = `pybricks-firmware-${release}`;
  try {
    const main = createRequire(import.meta.url).resolve(alias);
    return join(dirname(main), `${model}.zip`);
  } catch (cause) {
    throw new Error(`the firmware images ${alias} are not installed: run \`npm install\``, { cause });
  }
}

/** `ci-release-90-v4.0.0b5` is firmware 4.0.0b5. */
function versionOf(metadata: Readonly<Record<string, unknown>>, archive: string): string {
  const text = metadata['firmware-version'];
  const version = typeof text === 'string' ? /v(\d[\w.]*)$/.exec(text)?.[1] : undefined;
  if (version === undefined) throw new Error(`${archive} names no firmware version`);
  return version;
}
