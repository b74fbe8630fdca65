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
