import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { HUB_MODELS, readHubImage } from './hub-images.ts';

it.each(HUB_MODELS)('%s has two releases of different content', (model) => {
  const before = readHubImage(model, '7.27.0');
  const after = readHubImage(model, '7.28.0');
  expect([before.version, after.version]).toEqual(['4.0.0b4', '4.0.0b5']);
  expect(before.image.length).toBeGreaterThan(100_000);
  const hashes = [before, after].map(({ image }) => createHash('sha256').update(image).digest('hex'));
  expect(hashes[0]).not.toBe(hashes[1]);
});
