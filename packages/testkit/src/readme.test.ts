import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

it('the example of the README runs', async () => {
  const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const dir = await mkdtemp(join(tmpdir(), 'fumarole-readme-'));
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const pair = JSON.stringify(join(import.meta.dirname, 'pair.ts'));
  await writeFile(join(dir, 'example.ts'), example.replace("'@fumarole/testkit/pair'", pair));
  await import(join(dir, 'example.ts'));
  expect(log.mock.calls).toEqual([['done', true]]);
  log.mockRestore();
  await rm(dir, { recursive: true });
});
