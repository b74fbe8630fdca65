import { FIRMWARE_ALERT_TYPES } from './alert-type.ts';
import type { SessionConfig, WireProfile } from './server-types.ts';

export const DEFAULT_SESSION_CONFIG: SessionConfig = {
  // Room for large Results; far below what a body may have by default.
  maxMsgSize: 65_536,
  maxObjSize: 16 * 1024 * 1024,
  acceptDm11: true,
  strictPackage1: false,
  alertTypes: FIRMWARE_ALERT_TYPES,
  eventTypes: [],
};

/** A device without a profile (I-014, I-016). */
export const DEFAULT_WIRE: WireProfile = {
  binary: 'b64',
  challengeMissing: 407,
  chunks: true,
  sequence: false,
  atomic: false,
  maxMsgSizeDefault: 5000,
};
