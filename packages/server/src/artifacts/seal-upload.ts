import { type PackageRecord, probePatternFault } from '@fumarole/fumo/server';
import {
  HeaderReader,
  PackageError,
  type PackageHeader,
  PayloadVerifier,
  type Refusal,
  type Trust,
  verifySignatures,
} from '@fumarole/update-package/read';
import { ArtifactError } from './artifact-error.ts';
import { MAX_ARTIFACT_BYTES } from './limits.ts';
import { packagePorts } from './package-ports.ts';
import type { ArtifactStore, StoredArtifact } from './port.ts';

/** What every device takes (D-033); families that insist on another type have it in their profile. */
const OCTETS = 'application/octet-stream';

export type SealResult =
  | { readonly kind: 'sealed'; readonly record: PackageRecord; readonly header: PackageHeader }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface SealOptions {
  /** Publishers whose packages are taken. */
  readonly trust: Trust;
  readonly now: number;
  readonly published: boolean;
  readonly maxBytes?: number;
}

/**
 * Takes in a package as it streams: header, signatures, sizes, every block and the whole hash are checked before it
 * is stored. Nothing is left of a refused one, nor of one whose stream breaks (that rejects).
 */
export async function sealUpload(
  artifacts: ArtifactStore,
  body: AsyncIterable<Uint8Array>,
  options: SealOptions,
): Promise<SealResult> {
  const staged = await artifacts.stage(options.maxBytes ?? MAX_ARTIFACT_BYTES);
  const checker = new UploadChecker(options.trust);
  try {
    for await (const piece of body) {
      checker.write(piece);
      await staged.write(piece);
    }
    const header = checker.finish();
    return { kind: 'sealed', header, record: recordOf(await staged.commit(), header, options) };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return { kind: 'refused', refusal };
  } finally {
    await staged.discard();
  }
}

/** The header first, then the payload as it comes. */
class UploadChecker {
  readonly #trust: Trust;
  readonly #reader = new HeaderReader();
  #payload: PayloadVerifier | undefined;

  constructor(trust: Trust) {
    this.#trust = trust;
  }

  write(octets: Uint8Array): void {
    const rest = this.#reader.write(octets);
    const { header } = this.#reader;
    if (header === undefined) return;
    this.#payload ??= this.#admit(header);
    this.#payload.write(rest);
  }

  finish(): PackageHeader {
    const header = this.#reader.finish();
    this.#payload?.finish();
    return header;
  }

  #admit(header: PackageHeader): PayloadVerifier {
    const verdict = verifySignatures(header, this.#trust, packagePorts);
    if (verdict.kind === 'refused') throw new Refused(verdict.refusal);
    const pattern = header.image.manifest.metadata['probe-pattern'];
    const fault = pattern === undefined ? undefined : probePatternFault(pattern);
    if (fault !== undefined) throw new Refused({ code: 402, reason: `Its probe-pattern is none: ${fault}.` });
    return new PayloadVerifier(header, packagePorts.sha256);
  }
}

class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refused || error instanceof PackageError) return error.refusal;
  if (error instanceof ArtifactError && error.code === 'ARTIFACT_TOO_LARGE') {
    return { code: 402, reason: error.message };
  }
  return undefined;
}

function recordOf(stored: StoredArtifact, header: PackageHeader, options: SealOptions): PackageRecord {
  const image = header.image.manifest;
  const component = image.components[0]?.id;
  const probeUri = image.metadata['probe-uri'];
  const pattern = image.metadata['probe-pattern'];
  const keyId = header.image.signatures[0]?.keyId;
  return {
    id: stored.sha256,
    name: image.name,
    version: image.version,
    release: image.release,
    size: stored.size,
    contentType: OCTETS,
    published: options.published,
    manufacturer: image.constraints.manufacturer,
    models: image.constraints.models,
    hardware: image.constraints.hardware ?? [],
    fromVersions: image.constraints.fromVersions ?? [],
    allowDowngrade: image.allowDowngrade,
    securityFloor: image.securityFloor,
    ...(component !== undefined && { component }),
    ...(probeUri !== undefined && { probe: { uri: probeUri, ...(pattern !== undefined && { pattern }) } }),
    ...(keyId !== undefined && { keyId }),
    addedAt: options.now,
  };
}
