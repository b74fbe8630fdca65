import { keyIdOf, signedOctets } from './envelope.ts';
import { toHex } from './hex.ts';
import { ManifestType } from './layout.ts';
import type { ImageManifest, PackageHeader, Signed, TransferManifest } from './manifest.ts';
import type { ReadPorts } from './ports.ts';
import type { Refusal, RefusalCode, Verdict } from './refusal.ts';
import type { DeviceClaims, KeyRole, Trust, TrustedKey } from './trust.ts';

const OK: Verdict = { kind: 'ok' };

/**
 * Whether this device may take this package: signatures first, then device, base, floor, downgrade and memory. The
 * payload is another matter: {@link PayloadVerifier}.
 */
export function verifyPackage(
  header: PackageHeader,
  trust: Trust,
  claims: DeviceClaims,
  ports: ReadPorts,
): Verdict {
  const signatures = verifySignatures(header, trust, ports);
  if (signatures.kind === 'refused') return signatures;
  return checkClaims(header.image.manifest, header.transfer.manifest, claims);
}

/** Whether enough trusted keys signed both manifests; otherwise 404. */
export function verifySignatures(header: PackageHeader, trust: Trust, ports: ReadPorts): Verdict {
  const refusal =
    checkEnvelope(header.image, ManifestType.image, 'image', trust, ports) ??
    checkEnvelope(header.transfer, ManifestType.transfer, 'transfer', trust, ports);
  return refusal === undefined ? OK : { kind: 'refused', refusal };
}

function checkEnvelope(
  signed: Signed<unknown>,
  type: ManifestType,
  role: KeyRole,
  trust: Trust,
  ports: ReadPorts,
): Refusal | undefined {
  const needed = Math.max(1, trust.threshold?.[role] ?? 1);
  const message = signedOctets(type, signed.octets);
  const keys = trust.keys.filter(({ roles }) => roles.includes(role));
  const signers = new Set<string>();
  let known = 0;
  for (const key of keys) {
    const keyId = keyIdOf(key.publicKey, ports.sha256);
    const offered = signed.signatures.filter((signature) => signature.keyId === keyId);
    known += offered.length;
    if (offered.some(({ signature }) => ports.verify(key, message, signature))) signers.add(identityOf(key));
  }
  if (signers.size >= needed) return undefined;
  const names = signed.signatures.map(({ keyId }) => keyId).join(', ') || 'no key';
  if (known === 0)
    return { code: 404, reason: `the ${role} manifest is signed by ${names}, none of them trusted` };
  if (signers.size === 0) return { code: 404, reason: `the signature of the ${role} manifest is wrong` };
  return {
    code: 404,
    reason: `${signers.size} trusted keys signed the ${role} manifest where ${needed} must`,
  };
}

function identityOf(key: TrustedKey): string {
  return `${key.algorithm}:${toHex(key.publicKey)}`;
}

type Rule = (image: ImageManifest, transfer: TransferManifest, device: DeviceClaims) => string | undefined;

/** In this order the first that speaks is the answer. A fact a list asks for and the device does not give is a misfit. */
const RULES: readonly (readonly [RefusalCode, Rule])[] = [
  [
    403,
    ({ constraints }, _, { manufacturer }) =>
      misfit('manufacturer', [constraints.manufacturer], manufacturer),
  ],
  [403, ({ constraints }, _, { model }) => misfit('model', constraints.models, model)],
  [403, ({ constraints }, _, { hardware }) => misfit('hardware', constraints.hardware, hardware)],
  [
    403,
    ({ constraints }, _, { version }) => misfit('base version', constraints.fromVersions, version, sameText),
  ],
  [408, unknownMethod],
  [403, missingBase],
  [404, belowFloor],
  [405, downgrade],
  [502, tooLittleMemory],
];

/** The rules for the device alone, without signatures: what a server asks before it offers. */
export function checkClaims(image: ImageManifest, transfer: TransferManifest, claims: DeviceClaims): Verdict {
  for (const [code, rule] of RULES) {
    const reason = rule(image, transfer, claims);
    if (reason !== undefined) return { kind: 'refused', refusal: { code, reason } };
  }
  return OK;
}

function misfit(
  what: string,
  admitted: readonly string[] | undefined,
  actual: string | undefined,
  same: (a: string, b: string) => boolean = sameName,
): string | undefined {
  if (admitted === undefined) return undefined;
  if (actual !== undefined && admitted.some((one) => same(one, actual))) return undefined;
  return `the package is for ${what} ${admitted.join(' or ')}, the device has ${actual ?? 'none that is known'}`;
}

/** Letter case and outer blanks of DevInfo texts mean nothing (S-050); `*` admits any. */
function sameName(admitted: string, actual: string): boolean {
  return admitted === '*' || admitted.trim().toLowerCase() === actual.trim().toLowerCase();
}

function sameText(admitted: string, actual: string): boolean {
  return admitted === actual;
}

function unknownMethod(
  _: ImageManifest,
  { parts }: TransferManifest,
  device: DeviceClaims,
): string | undefined {
  const methods = device.methods ?? ['full'];
  const unknown = parts.find(({ method }) => !methods.includes(method));
  return unknown && `the package is transferred by method ${unknown.method}, which the device does not know`;
}

function missingBase(
  _: ImageManifest,
  { parts }: TransferManifest,
  device: DeviceClaims,
): string | undefined {
  const hashes = device.baseHashes ?? [];
  const part = parts.find(({ base }) => base !== undefined && !hashes.includes(base.sha256));
  return part?.base && `the package applies to the image ${part.base.sha256}, which the device does not have`;
}

function belowFloor(image: ImageManifest, _: TransferManifest, device: DeviceClaims): string | undefined {
  if (device.securityFloor === undefined || image.release >= device.securityFloor) return undefined;
  return `release ${image.release} is below the device's security floor ${device.securityFloor}`;
}

function downgrade(image: ImageManifest, _: TransferManifest, device: DeviceClaims): string | undefined {
  if (device.release === undefined || image.release >= device.release || image.allowDowngrade)
    return undefined;
  return `release ${image.release} is older than the device's ${device.release} and may not be downgraded to`;
}

function tooLittleMemory(
  _: ImageManifest,
  { parts }: TransferManifest,
  device: DeviceClaims,
): string | undefined {
  const needed = Math.max(...parts.map(({ memory }) => memory));
  if (device.memory === undefined || needed <= device.memory) return undefined;
  return `unpacking needs ${needed} octets of memory, the device gives ${device.memory}`;
}
