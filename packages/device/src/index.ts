export { checkPackage, componentOf, type PackageVerdict, readPorts, trustOf } from './agent/package-check.ts';
export { cardFolder } from './bootstrap/card-folder.ts';
export { bootstrapDevice, type OfflineBootstrap } from './bootstrap/offline.ts';
export type { BootstrapOptions, SmartcardOptions } from './bootstrap/options.ts';
export type { SmartcardReader } from './bootstrap/smartcard.ts';
export { readAccount } from './config.ts';
export { askDevice, isRunning } from './control/control-client.ts';
export { createDevice } from './create.ts';
export { describeDevice } from './describe.ts';
export { DEVICE_ERRORS, DeviceError, type DeviceErrorCode } from './device-error.ts';
export type { DeviceEvent, DeviceEventBody } from './events.ts';
export type { DeviceHandle, DeviceStatus, RequestOptions, RootStatus, SessionReport } from './handle.ts';
export { DeviceHost, type HostOptions } from './host.ts';
export { DEFAULT_TIMING } from './limits.ts';
export type {
  AccountOptions,
  AuthScheme,
  CredentialOptions,
  DeviceConfig,
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
export type { ConsentPolicy, ConsentTo } from './ui/consent.ts';
export type { Question } from './ui/question.ts';
export { type Terminal, terminalPrompter } from './ui/terminal-prompter.ts';
export type { Prompter, Reply } from './ui/user-interaction.ts';
export type { SmsForm, SmsOutcome } from './wake/sms-inbox.ts';
