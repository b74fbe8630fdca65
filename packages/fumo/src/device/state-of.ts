import { FumoState } from '../object/state.ts';
import type { RootFacts } from './facts.ts';

/** `<X>/State` as the facts have it; it is stored nowhere (fumo.md §3). */
export function stateOf(root: RootFacts | undefined): FumoState {
  if (root?.operation !== undefined) return STATE_OF_STEP[root.operation.step];
  const held = root?.held !== undefined;
  switch (root?.outcome) {
    case 'download-failed':
      return FumoState.downloadFailed;
    case 'update-failed':
      return held ? FumoState.updateFailedHaveData : FumoState.updateFailedNoData;
    case 'update-succeeded':
      return held ? FumoState.updateSuccessfulHaveData : FumoState.updateSuccessfulNoData;
    default:
      return held ? FumoState.readyToUpdate : FumoState.idle;
  }
}

const STATE_OF_STEP = {
  downloading: FumoState.downloadProgressing,
  downloaded: FumoState.downloadComplete,
  checked: FumoState.readyToUpdate,
  updating: FumoState.updateProgressing,
} as const;
