export { createDevice } from './create.ts';
export type { DeviceEvent, DeviceEventBody } from './events.ts';
export type { DeviceHandle, DeviceStatus, RequestOptions, RootStatus, SessionReport } from './handle.ts';
export { DeviceHost } from './host.ts';
export type {
  AccountOptions,
  AuthScheme,
  CredentialOptions,
  DeviceOptions,
  DownloadOptions,
  FirmwareOptions,
  FumoRootOptions,
  IdentityOptions,
  PolicyOptions,
  ScheduleOptions,
  StorageOptions,
  Timing,
  TlsOptions,
  TrustOptions,
} from './options.ts';
export { CUT_PHASES, type CutPhase, type Simulate } from './simulate.ts';
