import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileError } from './file-error.ts';

it.each([
  [join(tmpdir(), 'no-such-file-of-fumarole'), 'no such file or folder'],
  [tmpdir(), 'a folder, not a file'],
  [join(import.meta.filename, 'x'), 'a part of the path is no folder'],
])('what the system says of %s is told in words, once', async (file, words) => {
  const error = await readFile(file).catch((cause: unknown) => fileError(file, cause));
  expect(error).toMatchObject({ code: 'file', message: `${file}: ${words}` });
});
