export interface DeviceErrorRow {
  readonly meaning: string;
  readonly remedy: string;
}

export type DeviceErrorCode =
  | 'exists'
  | 'no-device'
  | 'bad-config'
  | 'locked'
  | 'not-running'
  | 'no-account'
  | 'no-root'
  | 'refused'
  | 'disk'
  | 'damaged'
  | 'transport'
  | 'insecure-url'
  | 'bootstrap'
  | 'stopped';

/** The errors of the device runtime; docs/errors.md shows the rows. */
export const DEVICE_ERRORS: Readonly<Record<DeviceErrorCode, DeviceErrorRow>> = {
  exists: {
    meaning: 'There is a device in this directory already.',
    remedy: 'Choose another directory, or run that device.',
  },
  'no-device': {
    meaning: 'The directory holds no device.',
    remedy: 'Make one with `fumarole device create`.',
  },
  'bad-config': {
    meaning: 'device.json does not describe a device.',
    remedy: 'The message names the field; correct it.',
  },
  locked: {
    meaning: 'Another process runs this device.',
    remedy: 'Stop it, or steer it with `fumarole device status`.',
  },
  'not-running': { meaning: 'No process runs this device.', remedy: 'Start it with `fumarole device run`.' },
  'no-account': {
    meaning: 'The device has no account of that server.',
    remedy: 'Name the ServerID of one of its accounts.',
  },
  'no-root': {
    meaning: 'The device has no such firmware update root.',
    remedy: '`fumarole device status` lists them.',
  },
  refused: {
    meaning: 'The device cannot do that in its present state.',
    remedy: 'The message gives the state and the reason.',
  },
  disk: {
    meaning: 'The disk of the device failed or is full.',
    remedy: 'Free space or repair; the device goes on where it was.',
  },
  damaged: {
    meaning: 'A file of the device is damaged.',
    remedy: 'The file is kept beside with `.damaged`; the device goes on without it.',
  },
  transport: {
    meaning: 'The DM server could not be reached or answered outside the protocol.',
    remedy: 'The device tries again by itself.',
  },
  'insecure-url': {
    meaning: 'The account has a plain http address.',
    remedy: 'Use https, or set `allowHttp` for this account.',
  },
  bootstrap: {
    meaning: 'The bootstrap document was refused; the device is as it was.',
    remedy: 'The message gives the reason; the device guide lists them under Bootstrap.',
  },
  stopped: { meaning: 'The device was stopped.', remedy: 'Start it again.' },
};

/** A failure of the runtime or of its caller; matched by `code`. */
export class DeviceError extends Error {
  readonly code: DeviceErrorCode;

  constructor(code: DeviceErrorCode, message?: string, cause?: unknown) {
    super(message ?? DEVICE_ERRORS[code].meaning, cause === undefined ? undefined : { cause });
    this.name = 'DeviceError';
    this.code = code;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` that Node puts on system errors. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
