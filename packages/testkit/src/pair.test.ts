import { describe, expect, it } from 'vitest';
import { Pair } from './pair.ts';

describe.each(['xml', 'wbxml'] as const)('a pair over %s', (encoding) => {
  for (const client of ['none', 'basic', 'md5', 'mac'] as const) {
    for (const server of ['none', 'basic', 'md5', 'mac'] as const) {
      it(`runs a session with ${client} and ${server}`, () => {
        const pair = new Pair({
          encoding,
          client,
          server,
          plan: (_, n) => ({
            commands: n <= 2 ? [{ kind: 'get', key: `get-${n}`, uri: './DevDetail/FwV' }] : [],
          }),
        }).run();
        expect(pair.end).toBe('done');
        const keys = pair.events.flatMap((e) => (e.kind === 'status' ? [e.key] : []));
        expect(keys).toEqual(expect.arrayContaining(['get-2']));
        pair.run('2');
        expect(pair.end).toBe('done');
      });
    }
  }
});
