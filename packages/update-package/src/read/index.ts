export {
  type DeltaCheckpoint,
  DeltaDecoder,
} from './delta/delta-decoder.ts';
export type { DeltaHeader } from './delta/header.ts';
export type { OldImage } from './delta/ports.ts';
export { type CryptoHost, ed25519Ports } from './ed25519-ports.ts';
export { keyIdOf } from './envelope.ts';
export { parseHeader, peekHeaderLength } from './header.ts';
export { HeaderReader } from './header-reader.ts';
export { BLOCK_BYTES, MAX_HEADER_BYTES, MAX_PAYLOAD_BYTES } from './limits.ts';
export type {
  Component,
  Constraints,
  EnvelopeSignature,
  ImageManifest,
  PackageHeader,
  Signed,
  TransferManifest,
  TransferPart,
} from './manifest.ts';
export { PayloadVerifier } from './payload-verifier.ts';
export type { IncrementalHash, ReadPorts, Sha256, Verify } from './ports.ts';
export {
  PACKAGE_ERRORS,
  PackageError,
  PackageErrorCode,
  type Refusal,
  type RefusalCode,
  type Verdict,
} from './refusal.ts';
export {
  type DeviceClaims,
  type KeyRole,
  publisherKey,
  type SignatureAlgorithm,
  type Trust,
  type TrustedKey,
} from './trust.ts';
export { checkClaims, verifyPackage, verifySignatures } from './verify-package.ts';
