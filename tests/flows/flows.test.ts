import { World } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { FLOWS } from './flow-table.ts';
import { ENCODINGS, runFlow, SCHEMES } from './run-flow.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

describe.each(ENCODINGS)('%s', (encoding) => {
  describe.each(SCHEMES)('%s', (scheme) => {
    it.each(
      FLOWS.map((flow) => [`${flow.shows}: ${flow.id} ${flow.title}`, flow] as const),
    )('%s', (_title, flow) => runFlow(flow, encoding, scheme, world));
  });
});
