import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

it('the example of the README runs', async () => {
  const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const dir = await mkdtemp(join(tmpdir(), 'fumarole-readme-'));
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await writeFile(join(dir, 'hub-1.0.bin'), 'firmware');
  const source = example
    .replace("'@fumarole/device'", JSON.stringify(join(import.meta.dirname, 'index.ts')))
    .replaceAll("'./hub'", JSON.stringify(join(dir, 'hub')))
    .replace("'hub-1.0.bin'", JSON.stringify(join(dir, 'hub-1.0.bin')));
  await writeFile(join(dir, 'example.ts'), source);
  await import(join(dir, 'example.ts'));
  expect(log.mock.calls[0]?.[0]).toMatchObject([
    { uri: './FwUpdate/Main', state: 10, stateName: 'Idle / Start' },
  ]);
  log.mockRestore();
  await rm(dir, { recursive: true });
});
