export { type DevDetail, type DevDetailReading, devDetailNodes, readDevDetail } from './dev-detail.ts';
export { deviceKey } from './dev-id.ts';
export {
  type DevInfo,
  type DevInfoReading,
  devInfoItems,
  devInfoNodes,
  type ReportedItem,
  readDevInfo,
} from './dev-info.ts';
export {
  type AAuthType,
  accountNodes,
  type DmAccCredential,
  type DmAccount,
  dmAccNodes,
  readAccounts,
  type Side,
  type StoredAccount,
  storeNonce,
} from './dm-acc.ts';
export { type FumoShape, fumoNodes } from './fumo.ts';
export { DEVDETAIL_MOI, DEVINFO_MOI, DMACC_MOI, FUMO_MOI } from './moi.ts';
export {
  type AccountLayout,
  type AccountWrite,
  accountReads,
  addressWrites,
  credentialWrites,
  type ReportedAccount,
  readReportedAccounts,
} from './reported-account.ts';
