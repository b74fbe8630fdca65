import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { digestImage, makeHeader, type PackageInput, type Signer } from '@fumarole/update-package/make';
import {
  checkClaims,
  type DeviceClaims,
  HeaderReader,
  PackageError,
  type PackageHeader,
  PayloadVerifier,
  type Trust,
  type Verdict,
  verifySignatures,
} from '@fumarole/update-package/read';
import { CliError } from './cli-error.ts';
import { fileError } from './file-error.ts';
import { packagePorts } from './key-files.ts';

/** 256 kB reads. */
const READ = { highWaterMark: 256 * 1024 };

export interface PackageOrder extends Omit<PackageInput, 'components'> {
  readonly components: readonly { readonly id: string; readonly root?: string; readonly file: string }[];
}

/** Makes a package file of image files; nothing is left at `out` when it fails. Throws CliError and PackageError. */
export async function makePackageFile(
  order: PackageOrder,
  signer: Signer,
  out: string,
): Promise<PackageHeader> {
  const components = [];
  const files = new Map<string, string>();
  for (const { id, root, file } of order.components) {
    const image = await told(file, digestImage(createReadStream(file, READ), packagePorts.sha256));
    components.push({ id, image, ...(root !== undefined && { root }) });
    if (!files.has(image.sha256)) files.set(image.sha256, file);
  }
  const made = await makeHeader(
    { ...order, components },
    { image: [signer], transfer: [signer] },
    packagePorts.sha256,
  );
  await writeWhole(out, made.octets, [...files.values()]);
  return made.header;
}

/** What is wrong with a package file, if anything. */
export interface PackageReport {
  readonly header: PackageHeader;
  readonly verdict: Verdict;
}

/** Reads the header of a package file. Throws CliError and PackageError. */
export async function readPackageHeader(file: string): Promise<PackageHeader> {
  const reader = new HeaderReader();
  const stream = createReadStream(file, READ);
  await told(
    file,
    (async () => {
      for await (const piece of stream) {
        reader.write(piece);
        if (reader.header !== undefined) break;
      }
    })(),
  );
  return reader.finish();
}

/** Checks a whole package file: form, signatures, every block, and whether the device, if one is given, may take it. */
export async function verifyPackageFile(
  file: string,
  trust: Trust,
  claims: DeviceClaims | undefined,
): Promise<PackageReport> {
  const header = await readPackageHeader(file);
  const signatures = verifySignatures(header, trust, packagePorts);
  if (signatures.kind === 'refused') return { header, verdict: signatures };
  const payload = await verifyPayload(file, header);
  if (payload.kind === 'refused' || claims === undefined) return { header, verdict: payload };
  return { header, verdict: checkClaims(header.image.manifest, header.transfer.manifest, claims) };
}

async function verifyPayload(file: string, header: PackageHeader): Promise<Verdict> {
  const verifier = new PayloadVerifier(header, packagePorts.sha256);
  try {
    for await (const piece of createReadStream(file, { ...READ, start: header.headerLength }))
      verifier.write(piece);
    verifier.finish();
    return { kind: 'ok' };
  } catch (error) {
    if (error instanceof PackageError) return { kind: 'refused', refusal: error.refusal };
    throw error;
  }
}

async function writeWhole(out: string, header: Uint8Array, files: readonly string[]): Promise<void> {
  const part = `${out}.part`;
  const stream = createWriteStream(part);
  try {
    await told(part, once(stream, 'open'));
    stream.write(header);
    for (const file of files) {
      for await (const piece of createReadStream(file, READ)) {
        if (!stream.write(piece)) await once(stream, 'drain');
      }
    }
    stream.end();
    await finished(stream);
    await rename(part, out);
  } catch (error) {
    stream.destroy();
    await rm(part, { force: true });
    throw error;
  }
}

/** A failure of the system, said with the name of the file. */
export async function told<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PackageError || error instanceof CliError) throw error;
    throw fileError(file, error);
  }
}
