import { expect, it } from 'vitest';
import { aboutKey } from './backup.ts';

it('a backup tells whether the key of the credentials is in it', () => {
  expect(aboutKey(['truth.db', 'seal.key'])).toMatch(/^It holds the key/);
  expect(aboutKey(['truth.db'])).toMatch(/does not hold the key/);
});
