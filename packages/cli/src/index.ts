export { fileSigner, generateKeyFile, type KeyFile, readPublicKey } from './key-files.ts';
export {
  HUB_MODELS,
  HUB_RELEASES,
  type HubImage,
  type HubModel,
  type HubRelease,
  readHubImage,
} from './main-job/hub-images.ts';
