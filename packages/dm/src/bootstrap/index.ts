export {
  type BootstrapDocument,
  formatProfile,
  profileOf,
  provisioningOf,
  readBootstrap,
} from './document.ts';
export {
  type BootstrapOutcome,
  type BootstrapPolicy,
  type BootstrapRefusal,
  installBootstrap,
} from './install.ts';
export { BOOTSTRAP_LIMITS } from './limits.ts';
export {
  type Characteristic,
  childrenOf,
  formatProvisioning,
  type Parm,
  type ProvisioningDocument,
  parmOf,
  parmsOf,
  parseProvisioning,
} from './provisioning.ts';
export { PROVISIONING } from './provisioning-tokens.ts';
export {
  type BootstrapPush,
  bootstrapOf,
  encodeBootstrapPush,
  formatBootstrapType,
  parseBootstrapPush,
  parseBootstrapType,
} from './push.ts';
export {
  type BootstrapProfile,
  type BootstrapSecrets,
  type BootstrapSecurity,
  documentMac,
  type HmacSha1,
  imsiOctets,
  isDocumentMac,
  isPin,
  isPinMacCode,
  macKeys,
  pinMacCode,
  SECURITY_METHODS,
} from './security.ts';
export {
  bootstrapObjects,
  type CardObject,
  cardDocument,
  cardFiles,
  dataDirectories,
  EF_DIR,
  EF_ODF,
  listsPkcs15,
  PKCS15_AID,
} from './smartcard.ts';
export { readW7, type W7Account, type W7Address, type W7Credential, w7Nodes } from './w7.ts';
