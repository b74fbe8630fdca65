import type { Plugin } from 'vitest/config';
import { pathOf, seed, wantedFault } from './seed.ts';

/** Seeds the fault of the environment into the modules that tests import; the working tree stays as it is. */
export function faultPlugin(): Plugin {
  return {
    name: 'fumarole-fault',
    enforce: 'pre',
    transform(code, id) {
      const fault = wantedFault();
      return fault !== undefined && id === pathOf(fault) ? seed(fault, code) : undefined;
    },
  };
}
