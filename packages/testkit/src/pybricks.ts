/** Real firmware for tests: two releases of the seven hub models. */
export {
  HUB_MODELS,
  HUB_RELEASES,
  type HubImage,
  type HubModel,
  type HubRelease,
  readHubImage,
} from '@fumarole/cli';
