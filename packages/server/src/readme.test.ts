import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

it('the example of the README runs', async () => {
  const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const dir = await mkdtemp(join(tmpdir(), 'fumarole-readme-'));
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const source = example
    .replace("'@fumarole/server'", JSON.stringify(join(import.meta.dirname, 'index.ts')))
    .replace("dataDir: './data'", `dataDir: ${JSON.stringify(join(dir, 'data'))}, logLevel: 'silent'`);
  await writeFile(join(dir, 'example.ts'), source);
  await import(join(dir, 'example.ts'));
  expect(log.mock.calls).toEqual([
    [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/dm$/), 'IMEI:490154203237518'],
  ]);
  log.mockRestore();
  await rm(dir, { recursive: true });
});
