interface WakeErrorRow {
  readonly meaning: string;
  readonly remedy: string;
  /** The push did not leave because of the moment, not because of what it is: it is sent later. */
  readonly temporary: boolean;
}

export type WakeErrorCode =
  | 'no-connection'
  | 'login-refused'
  | 'busy'
  | 'no-answer'
  | 'gateway-failed'
  | 'refused'
  | 'bad-address';

/** Stable codes of {@link WakeError}; docs/errors.md shows the rows. */
export const WAKE_ERRORS: Readonly<Record<WakeErrorCode, WakeErrorRow>> = {
  'no-connection': {
    meaning: 'The gateway or the device could not be reached.',
    remedy: 'Check its address in the wake configuration and the network between; it is tried again.',
    temporary: true,
  },
  'login-refused': {
    meaning: 'The gateway refused the login.',
    remedy: 'Check user and password in the wake configuration; it is tried again, slowly.',
    temporary: true,
  },
  busy: {
    meaning: 'Too many pushes wait for the gateway already.',
    remedy: 'They are sent later; ask for more throughput at the gateway.',
    temporary: true,
  },
  'no-answer': {
    meaning: 'The gateway took the push and did not answer in time.',
    remedy: 'It is sent again; a device counts repeats once.',
    temporary: true,
  },
  'gateway-failed': {
    meaning: 'The gateway says that it cannot now.',
    remedy: 'It is sent later; the message has the words of the gateway.',
    temporary: true,
  },
  refused: {
    meaning: 'The gateway refuses this push or its address for good.',
    remedy:
      'The message has the words of the gateway; correct the wake address or the account at the gateway.',
    temporary: false,
  },
  'bad-address': {
    meaning: 'The wake address has not the form of its kind.',
    remedy: 'See "Waking devices" in the server guide for the forms.',
    temporary: false,
  },
};

/** A push did not leave. */
export class WakeError extends Error {
  readonly code: WakeErrorCode;

  constructor(code: WakeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'WakeError';
    this.code = code;
  }

  get temporary(): boolean {
    return WAKE_ERRORS[this.code].temporary;
  }
}
