export { type MadeDelta, makeDelta } from './delta/make-delta.ts';
export { digestImage, type ImageDigest } from './describe.ts';
export {
  type ComponentInput,
  type MadeHeader,
  makeHeader,
  makePackage,
  type PackageInput,
  type Signers,
} from './make-package.ts';
export type { Signer } from './signer.ts';
