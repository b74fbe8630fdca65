import { CommanderError } from 'commander';
import { CLI_ERRORS, CliError, ExitCode } from './cli-error.ts';
import { buildProgram } from './program.ts';

/** Runs one command line (without node and script) and returns its exit code; failures are told on standard error. */
export async function run(args: readonly string[], version: string): Promise<ExitCode> {
  try {
    await buildProgram(version).parseAsync(args, { from: 'user' });
    return process.exitCode === ExitCode.failure ? ExitCode.failure : ExitCode.ok;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) {
    // Commander has printed its message; help and version are no errors.
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
  if (error instanceof CliError) {
    process.stderr.write(`fumarole: ${error.message}\n`);
    const more = error.details.filter((detail) => !error.message.includes(detail));
    for (const detail of more) process.stderr.write(`  ${detail}\n`);
    if (error.code === 'no-server' || error.code === 'unreachable') {
      process.stderr.write(`${CLI_ERRORS[error.code].remedy}\n`);
    }
    return error.exitCode;
  }
  process.stderr.write(`fumarole: ${error instanceof Error ? failureText(error) : String(error)}\n`);
  // An option that the server finds wrong was given here.
  return error instanceof Error && 'code' in error && error.code === 'bad-option'
    ? ExitCode.usage
    : ExitCode.failure;
}

/** Errors with a stable code explain themselves; anything else is our mistake and shows where. */
function failureText(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return `${error.message} (${error.code})`;
  return error.stack ?? error.message;
}
