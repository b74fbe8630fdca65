import { defineConfig } from 'vitest/config';

const condition = '@fumarole/source';

export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition], externalConditions: [condition] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'conformance/**/*.test.ts',
      'interop/**/*.test.ts',
      'tests/**/*.test.ts',
    ],
    pool: 'threads',
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
