/** Exit codes of the command: 1 the thing asked for failed, 2 it was asked for wrongly. */
export const ExitCode = { ok: 0, failure: 1, usage: 2 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export type CliErrorCode =
  | 'usage'
  | 'no-server'
  | 'unreachable'
  | 'api'
  | 'bad-answer'
  | 'file'
  | 'device'
  | 'wait-ended'
  | 'no-verdict';

export interface CliErrorRow {
  readonly exit: ExitCode;
  readonly meaning: string;
  readonly remedy: string;
}

const row = (exit: ExitCode, meaning: string, remedy: string): CliErrorRow => ({ exit, meaning, remedy });

/** The errors of the command line; docs/errors.md shows the rows. */
export const CLI_ERRORS: Readonly<Record<CliErrorCode, CliErrorRow>> = {
  usage: row(ExitCode.usage, 'The arguments do not fit together.', 'See `--help` of the command.'),
  'no-server': row(
    ExitCode.usage,
    'It is not known which server to ask.',
    'Start `fumarole serve`, or give `--server URL --token T` (FUMAROLE_SERVER, FUMAROLE_TOKEN).',
  ),
  unreachable: row(ExitCode.failure, 'The server does not answer.', 'Is it running? Is the URL right?'),
  api: row(ExitCode.failure, 'The server refused; its own code follows.', 'See the REST rows.'),
  'bad-answer': row(
    ExitCode.failure,
    'The answer is not one of a Fumarole server.',
    'Check the URL and what stands between.',
  ),
  file: row(ExitCode.failure, 'A file cannot be read or written.', 'The message names file and reason.'),
  device: row(
    ExitCode.failure,
    'A device of this machine refused; the message gives its reason.',
    'See the rows of the device.',
  ),
  'wait-ended': row(
    ExitCode.failure,
    'The wait ended before the device answered.',
    'The command stays queued; look again with `device-tree show`, or wake the device.',
  ),
  'no-verdict': row(
    ExitCode.usage,
    'Nothing could be found out about the peer.',
    'Does it run at that address? Is the account known to it?',
  ),
};

/** A failure that is told to the user in one line, without a stack. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  readonly details: readonly string[];

  constructor(code: CliErrorCode, message?: string, details: readonly string[] = [], cause?: unknown) {
    super(message ?? CLI_ERRORS[code].meaning, cause === undefined ? undefined : { cause });
    this.name = 'CliError';
    this.code = code;
    this.details = details;
  }

  get exitCode(): ExitCode {
    return CLI_ERRORS[this.code].exit;
  }
}
