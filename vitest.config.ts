import { defineConfig } from 'vitest/config';

/** Siblings resolve to their sources: no test ever runs against a stale build. */
const condition = '@fumarole/source';
const resolve = { conditions: [condition] };
const ssr = { resolve: { conditions: [condition], externalConditions: [condition] } };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'conformance/**/*.test.ts', 'tests/**/*.test.ts'],
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
