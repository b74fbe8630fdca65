export { type DevDetail, devDetailNodes } from './dev-detail.ts';
export { deviceKey } from './dev-id.ts';
export {
  type DevInfo,
  devInfoItems,
  devInfoNodes,
  type ReportedItem,
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
