import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { devInfoNodes } from '@fumarole/dm/objects';
import { Tree, TreeExecutor } from '@fumarole/dm/tree';
import { expect, it } from 'vitest';

it('the example of the README runs', async () => {
  // example
  const info = { DevId: 'IMEI:490154203237518', Man: 'Acme', Mod: 'X1', DmV: '1.2', Lang: 'en' };
  const tree = new Tree({ objects: [devInfoNodes(info)], now: Date.now });
  const executor = new TreeExecutor({ tree });
  const get = {
    kind: 'Get',
    CmdID: '1',
    items: [{ Target: { LocURI: './DevInfo/Man' } }],
  } as const;
  const [outcome] = await executor.execute(get, 'dm.example.com', 'wbxml');
  // outcome: code 200, results [{ Source: { LocURI: './DevInfo/Man' }, Data: 'Acme' }]
  // end
  expect(outcome).toMatchObject({
    code: 200,
    results: [{ Source: { LocURI: './DevInfo/Man' }, Data: 'Acme' }],
  });
  const example = (text: string, from: string, to: string) => {
    const start = text.indexOf(from) + from.length;
    return text.slice(start, text.indexOf(to, start)).replace(/^\s+/gm, '').trim();
  };
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const source = readFileSync(import.meta.filename, 'utf8');
  expect(example(readme, "dm/tree';\n", '```')).toBe(example(source, '// example\n', '// end\n'));
});
