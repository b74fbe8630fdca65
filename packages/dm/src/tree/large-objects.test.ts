import { beforeEach, describe, expect, it } from 'vitest';
import { TreeBench } from './executor.fixture.ts';
import type { ExecutorOptions, ObjectPlugin } from './index.ts';

let bench: TreeBench;
function build(options: Partial<ExecutorOptions> = {}): void {
  bench = new TreeBench(options);
}
beforeEach(() => build());

describe('large objects', () => {
  const part = (offset: number, bytes: readonly number[], last: boolean, uri = './Fix/blob') =>
    bench.executor
      .chunk({ cmd: 'Replace', uri, format: 'bin', offset, bytes: Uint8Array.from(bytes), last }, 's1')
      .then((o) => o.code);

  it('are buffered where there is no sink: 213 and then the status of the command', async () => {
    expect([await part(0, [1, 2], false), await part(2, [3], true)]).toEqual([213, 200]);
    expect(bench.tree.value('./Fix/blob')).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('are refused before the first octet is kept', async () => {
    expect(await part(0, [1], false, './none')).toBe(404);
    expect(await part(0, [1], false, './Fix/fixed')).toBe(405);
    expect(await part(1, [1], true)).toBe(424);
  });

  it('go to the sink of their leaf, whole or in parts, and are discarded when dropped', async () => {
    const log: unknown[] = [];
    const sink: ObjectPlugin['sink'] = async (uri, request) => {
      log.push([uri, request]);
      return {
        write: async (offset, bytes) => {
          log.push([offset, bytes.length]);
          return 213;
        },
        commit: async () => {
          log.push('commit');
          return 200;
        },
        discard: async () => void log.push('discard'),
      };
    };
    build({ plugins: [{ root: './Fix', sink }] });
    expect([await part(0, [1, 2], false), await part(2, [3], true)]).toEqual([213, 200]);
    expect(await bench.code('Replace', './Fix/blob', { Data: Uint8Array.of(1) })).toBe(200);
    await part(0, [1], false);
    await bench.executor.dropObject('./Fix/blob');
    const opened = (size?: number) => [
      './Fix/blob',
      expect.objectContaining({ serverId: 's1', format: 'bin', ...(size && { size }) }),
    ];
    expect(log).toEqual([
      opened(),
      [0, 2],
      [2, 1],
      'commit',
      opened(1),
      [0, 1],
      'commit',
      opened(),
      [0, 1],
      'discard',
    ]);
    expect(await part(1, [1], true)).toBe(424);
  });

  it('T-052: a size above the limit is refused at once, one that was not told when it is passed', async () => {
    const sizes: unknown[] = [];
    const quiet = { write: async () => 213, commit: async () => 200, discard: async () => {} };
    const sink: ObjectPlugin['sink'] = async (_uri, { size }) => {
      sizes.push(size);
      return quiet;
    };
    build({ plugins: [{ root: './Fix', sink }] });
    const first = {
      cmd: 'Replace',
      uri: './Fix/blob',
      offset: 0,
      bytes: new Uint8Array(6),
      last: false,
    } as const;
    const begin = async (rest: object) => (await bench.executor.chunk({ ...first, ...rest }, 's1')).code;
    expect(await begin({ format: 'bin', size: 9 })).toBe(413);
    expect(await begin({ format: 'b64', size: 16 })).toBe(413);
    expect(await begin({ format: 'b64', size: 12 })).toBe(213);
    expect(await begin({})).toBe(213);
    expect(await part(6, [1, 2], false)).toBe(213);
    expect(await part(8, [3], true)).toBe(413);
    expect(sizes).toEqual([7, undefined]);
  });

  it('T-052: end with the code of the sink', async () => {
    let refusal = 420;
    const failing = { write: async () => refusal, commit: async () => 200, discard: async () => {} };
    build({ plugins: [{ root: './Fix', sink: async () => failing }] });
    expect(await part(0, [1], false)).toBe(420);
    build({ plugins: [{ root: './Fix', sink: async () => ({ code: 405 }) }] });
    expect(await part(0, [1], false)).toBe(405);
    refusal = 213;
  });
});

describe('plug-ins', () => {
  it('answer Get, refuse values, and a fault of theirs is 500', async () => {
    const faults: unknown[] = [];
    const plugin: ObjectPlugin = {
      root: './Fix',
      get: (uri) => (uri === './Fix/number' ? '42' : undefined),
      replace: (_uri, value) => {
        if (value === 'throw') throw new Error('broken');
        return { code: value === 'busy' ? 403 : 200 };
      },
    };
    build({ plugins: [plugin], onFault: (_error, uri) => faults.push(uri) });
    expect(await bench.data('./Fix/number')).toBe('42');
    expect(await bench.code('Replace', './Fix/text', { Data: 'busy' })).toBe(403);
    expect(await bench.code('Replace', './Fix/text', { Data: 'throw' })).toBe(500);
    expect(faults).toEqual(['./Fix/text']);
    expect(await bench.data('./Fix/text')).toBe('hello');
  });
});
