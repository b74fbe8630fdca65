import fc from 'fast-check';
import type { Model } from './target.ts';

/** A property over an arbitrary: `holds` throws, or gives false, where it does not. */
export function model<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => boolean | void | Promise<void>,
): Model {
  return {
    name,
    check: async (seed, runs) => {
      const property = fc.asyncProperty(arbitrary, async (value) => (await holds(value)) !== false);
      const details = await fc.check(property, { seed, numRuns: runs, endOnFailure: false });
      if (!details.failed) return undefined;
      const error = details.errorInstance;
      return {
        runs: details.numRuns,
        reason: error instanceof Error ? `${error.name}: ${error.message}` : 'the property does not hold',
        shown: fc.stringify(details.counterexample),
      };
    },
  };
}
