export { type DevDetail, devDetailNodes } from './dev-detail.ts';
export { deviceKey } from './dev-id.ts';
export { type DevInfo, type DevInfoReading, devInfoItems, devInfoNodes, readDevInfo } from './dev-info.ts';
export {
  type AAuthType,
  type DmAccCredential,
  type DmAccount,
  dmAccNodes,
  readAccounts,
  storeNonce,
} from './dm-acc.ts';
export { type FumoShape, fumoNodes } from './fumo.ts';
