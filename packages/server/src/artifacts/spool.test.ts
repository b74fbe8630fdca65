import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Spool, type SpoolBounds } from './spool.ts';

const BOUNDS: SpoolBounds = { maxBytes: 1000, maxValues: 4, openMs: 1000, wholeMs: 10_000 };
const name = (of: string): string => Spool.nameOf('device', of, './a');
let folder: string;
let spool: Spool;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fumarole-spool-'));
  spool = await Spool.open(folder, BOUNDS, Date.now());
});
afterEach(() => rmSync(folder, { recursive: true }));

const piece = (text: string, offset: number, last: boolean, size = 400) => ({
  bytes: Buffer.from(text),
  offset,
  last,
  size,
});
const whole = (text: string) => piece(text, 0, true, text.length);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const read = async (of: string): Promise<string | undefined> => {
  const found = await spool.read(name(of));
  return found && (await buffer(found.body)).toString();
};

describe('a value in pieces', () => {
  it('is whole after the last, named by length and hash, and not to be read before', async () => {
    expect(await spool.write(name('1'), piece('abc', 0, false))).toBe('open');
    expect(await read('1')).toBeUndefined();
    expect(await spool.write(name('1'), piece('def', 3, true))).toEqual({
      size: 6,
      sha256: sha256('abcdef'),
    });
    expect(await read('1')).toBe('abcdef');
  });

  it('is the same when every piece comes twice, the last too', async () => {
    for (const one of [piece('abc', 0, false), piece('def', 3, false), piece('g', 6, true)]) {
      const first = await spool.write(name('1'), one);
      expect(await spool.write(name('1'), one)).toEqual(first);
    }
    expect(await read('1')).toBe('abcdefg');
  });

  it('begins anew at offset 0; a piece of what is not here is refused', async () => {
    await spool.write(name('1'), whole('x'.repeat(100)));
    await spool.write(name('1'), piece('abc', 0, false));
    expect(await spool.write(name('1'), piece('d', 3, true))).toMatchObject({ size: 4 });
    await spool.discard(name('1'));
    expect(await spool.write(name('1'), piece('d', 3, true))).toBe('refused');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the bounds', () => {
  it('the declared size counts from the first piece on; values that arrive are never dropped for others', async () => {
    await spool.write(name('1'), piece('a', 0, false, 600));
    expect(await spool.write(name('2'), piece('b', 0, false, 500))).toBe('refused');
    expect(await spool.write(name('2'), piece('b', 0, false, 400))).toBe('open');
  });

  it('the oldest whole values go for new ones, in octets and in number', async () => {
    await spool.write(name('old'), whole('x'.repeat(900)));
    await spool.write(name('new'), whole('y'.repeat(200)));
    expect([await read('old'), (await read('new'))?.length]).toEqual([undefined, 200]);
    for (const one of '12345') await spool.write(name(one), whole(one));
    expect(readdirSync(folder)).toHaveLength(4);
    expect(await read('5')).toBe('5');
  });

  it('what broke off goes before what is whole, also at the next start', async () => {
    await spool.write(name('open'), piece('a', 0, false));
    await spool.write(name('whole'), whole('b'));
    await spool.sweep(Date.now() + 500);
    expect(readdirSync(folder)).toHaveLength(2);
    spool = await Spool.open(folder, BOUNDS, Date.now() + 5000);
    expect(readdirSync(folder)).toEqual([name('whole')]);
    await spool.sweep(Date.now() + 20_000);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a name is no path', async () => {
    expect(await spool.read('../../etc/passwd')).toBeUndefined();
  });
});
