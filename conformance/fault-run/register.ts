/**
 * The same for programs: `node --conditions=@fumarole/source --import ./conformance/fault-run/register.ts PROGRAM`
 * runs the sources with the fault of the environment in them.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { pathOf, seed, wantedFault } from './seed.ts';

const fault = wantedFault();
if (fault !== undefined) {
  const target = pathToFileURL(pathOf(fault)).href;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url !== target || loaded.source === undefined) return loaded;
      const source =
        typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
      return { ...loaded, source: seed(fault, source) };
    },
  });
}
