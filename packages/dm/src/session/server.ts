export { macHeader } from '../auth/credential.ts';
export type { MacKey } from '../auth/hmac-header.ts';
export type { AuthScheme } from '../auth/scheme.ts';
export { FIRMWARE_ALERT_TYPES, normaliseAlertType } from './alert-type.ts';
export { reply } from './server-reply.ts';
export { step } from './server-step.ts';
export type * from './server-types.ts';
export { DEFAULT_SESSION_CONFIG, DEFAULT_WIRE } from './session-config.ts';
export { carriedSize } from './wire-command.ts';
