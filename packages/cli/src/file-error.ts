import { CliError } from './cli-error.ts';

/** What the system calls by letters, for a person. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'not allowed',
  EPERM: 'not allowed',
  EISDIR: 'a folder, not a file',
  ENOTDIR: 'a part of the path is no folder',
  EEXIST: 'it is there already',
  ENOSPC: 'no room is left',
};

/** CliError `file` for a file that could not be read or written. */
export function fileError(file: string, cause: unknown): CliError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new CliError('file', `${file}: ${reason}`, [], cause);
}
