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
export { readW7, type W7Account, type W7Address, type W7Credential, w7Nodes } from './w7.ts';
