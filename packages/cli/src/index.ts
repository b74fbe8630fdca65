export { ApiClient, type Query, type RequestOptions } from './api-client.ts';
export { CLI_ERRORS, CliError, type CliErrorCode, ExitCode } from './cli-error.ts';
export { type ClientConfig, findClientConfig, writeClientConfig } from './client-config.ts';
export { buildProgram } from './program.ts';
export { run } from './run.ts';
