export { ApiClient, type Query, type RequestOptions } from './api-client.ts';
export { CLI_ERRORS, CliError, type CliErrorCode, ExitCode } from './cli-error.ts';
export { type ClientConfig, findClientConfig, writeClientConfig } from './client-config.ts';
export {
  HUB_MODELS,
  HUB_RELEASES,
  type HubImage,
  type HubModel,
  type HubRelease,
  readHubImage,
} from './main-job/hub-images.ts';
export { buildProgram } from './program.ts';
export { run } from './run.ts';
