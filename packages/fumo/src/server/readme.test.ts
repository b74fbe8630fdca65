import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, it } from 'vitest';
import * as face from './index.ts';

it('the example of the README runs and says what its comment says', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const [importLine = '', ...body] = example.split('\n');
  const names = /\{(.*)\}/.exec(importLine)?.[1] ?? '';
  const said: unknown[] = [];
  const code = stripTypeScriptTypes(body.join('\n'));
  const run = new Function('face', 'console', `const {${names}} = face;\n${code}`);
  run(face, { log: (...words: unknown[]) => said.push(...words) });
  expect(said[0]).toBe('reading what the device is and runs');
  expect(said[1]).toContainEqual(expect.objectContaining({ kind: 'get', uri: './DevDetail/FwV' }));
});
