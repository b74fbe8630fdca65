export { type FumoAlert, FumoAlertType, isRequest, normaliseAlertType } from './alert-type.ts';
export {
  DESCRIPTOR_NAMESPACE,
  DESCRIPTOR_TYPE,
  type DescriptorReading,
  type DownloadDescriptor,
  formatDescriptor,
  parseDescriptor,
} from './descriptor.ts';
export {
  DLOTA_CODES,
  DLOTA_TO_FUMO,
  DlotaCode,
  type DlotaInfo,
  dlotaInfo,
  dlotaReportOfFumo,
  formatInstallNotify,
  fumoResultOfDlota,
  parseInstallNotify,
} from './dlota.ts';
export {
  DOWNLOAD_CAUSES,
  type DownloadCause,
  type DownloadOutcome,
  downloadOutcomeOfHttp,
} from './download-cause.ts';
export { MAX_DESCRIPTOR_BYTES } from './limits.ts';
export { FUMO_MOI, isFumoMoi } from './moi.ts';
export {
  parseResult,
  RESULT_CODES,
  type Reason,
  type ResultClass,
  type ResultInfo,
  type RetryClass,
  resultInfo,
} from './result-code.ts';
export {
  FUMO_STATES,
  FumoState,
  type FumoStateInfo,
  type FumoStateKind,
  fumoState,
  isBusyState,
  parseFumoState,
} from './state.ts';
export {
  canonicalUri,
  type FumoOperation,
  type FumoPlace,
  fumoRootOf,
  lastResultUri,
  OPERATION_NODE,
  operationUri,
  pkgDataUri,
  pkgUrlUri,
  stateUri,
} from './uri.ts';
