import { defineConfig } from 'vitest/config';
import { FAULT_VARIABLE } from './conformance/fault-run/seed.ts';
import { faultPlugin } from './conformance/fault-run/vite-plugin.ts';

/** Siblings resolve to their sources: no test ever runs against a stale build. */
const condition = '@fumarole/source';
const resolve = { conditions: [condition] };
// A module with a fault in it must not be kept for the next run.
const fsModuleCache = process.env[FAULT_VARIABLE] === undefined;
const ssr = { resolve: { conditions: [condition], externalConditions: [condition] } };

export default defineConfig({
  test: {
    fsModuleCache,
    projects: [
      {
        resolve,
        ssr,
        plugins: [faultPlugin()],
        test: {
          name: 'unit',
          fsModuleCache,
          include: [
            'packages/*/src/**/*.test.ts',
            'conformance/**/*.test.ts',
            'tests/**/*.test.ts',
            'fuzz/**/*.test.ts',
          ],
          pool: 'threads',
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'interop',
          include: ['interop/**/*.test.ts'],
          pool: 'threads',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
