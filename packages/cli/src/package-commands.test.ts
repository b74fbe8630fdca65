import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readHubImage } from './main-job/hub-images.ts';
import { registerPackageCommands } from './package-commands.ts';

let folder: string;
let written: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fumarole-package-'));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  await run('keys', 'generate', at('key'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);

async function run(...args: readonly string[]): Promise<string> {
  written = '';
  const program = new Command('fumarole').version('9').exitOverride().enablePositionalOptions();
  registerPackageCommands(program);
  await program.parseAsync(args, { from: 'user' });
  return written;
}

const ORDER = ['--name', 'Hub', '--version', '4.0.0b5', '--release', '5', '--manufacturer', 'Pybricks'];

function make(out: string, ...more: readonly string[]): Promise<string> {
  const fixed = ['--out', at(out), '--key', at('key'), '--model', 'movehub', '--json'];
  return run('package', 'make', ...ORDER, ...fixed, ...more);
}

describe('fumarole package', () => {
  it('makes a package of a real image that verifies, and says what it is', async () => {
    const hub = readHubImage('movehub', '7.28.0');
    await writeFile(at('image'), hub.image);
    const made = JSON.parse(await make('p', '--image', at('image'), '--from', '4.0.0b4', '--meta', 'a=b=c'));
    expect(made).toMatchObject({
      payloadOctets: hub.image.length,
      image: { name: 'Hub', version: '4.0.0b5', release: 5, metadata: { a: 'b=c' } },
    });
    expect((await stat(at('p'))).size).toBe(made.headerOctets + hub.image.length);
    expect(await run('package', 'inspect', at('p'))).toContain('4.0.0b5');
    const device = ['--manufacturer', 'Pybricks', '--model', 'movehub', '--from', '4.0.0b4'];
    const verified = await run('package', 'verify', at('p'), '--key', at('key.pub'), ...device, '--json');
    expect(JSON.parse(verified)).toMatchObject({ ok: true });
    expect(process.exitCode).toBeUndefined();
  });

  it('refuses a package of another key, another device, or with a damaged octet, with the code', async () => {
    await writeFile(at('image'), Buffer.alloc(100_000, 7));
    await make('p', '--image', at('image'));
    await run('keys', 'generate', at('other'));
    const verdict = async (...args: readonly string[]): Promise<string> => {
      process.exitCode = undefined;
      const text = await run('package', 'verify', at('p'), ...args);
      expect(process.exitCode).toBe(1);
      return text;
    };
    expect(await verdict('--key', at('other.pub'))).toMatch(/^refused \(404\)/);
    const device = ['--manufacturer', 'Pybricks', '--model', 'nxt'];
    expect(await verdict('--key', at('key.pub'), ...device)).toMatch(/^refused \(403\)/);
    const octets = await readFile(at('p'));
    octets[octets.length - 90_000] = 8;
    await writeFile(at('p'), octets);
    expect(await verdict('--key', at('key.pub'))).toMatch(/^refused \(402\)/);
  });

  it('packs several components, each from its file', async () => {
    await writeFile(at('a'), 'aaa');
    await writeFile(at('b'), 'bb');
    const made = JSON.parse(await make('p', '--image', `lamp=${at('a')}`, '--image', `radio=${at('b')}`));
    expect(made.image.components.map(({ id, size }: { id: string; size: number }) => [id, size])).toEqual([
      ['lamp', 3],
      ['radio', 2],
    ]);
    await run('package', 'verify', at('p'), '--key', at('key.pub'));
    expect(process.exitCode).toBeUndefined();
    await expect(make('q', '--image', at('a'), '--image', at('b'))).rejects.toMatchObject({ code: 'usage' });
  });

  it('leaves nothing when the image is missing or the key is none', async () => {
    await writeFile(at('image'), 'x');
    await expect(make('p', '--image', at('absent'))).rejects.toMatchObject({ code: 'file' });
    await expect(make('p', '--image', at('image'), '--key', at('image'))).rejects.toMatchObject({
      code: 'file',
    });
    await expect(make('p', '--image', at('image'), '--floor', '6')).rejects.toThrow('security floor');
    expect((await readdir(folder)).sort()).toEqual(['image', 'key', 'key.pub']);
  });

  it('does not take a file that is no package', async () => {
    await writeFile(at('image'), 'hello');
    await expect(run('package', 'inspect', at('image'))).rejects.toMatchObject({ code: 'PACKAGE_MALFORMED' });
  });
});

describe('fumarole keys', () => {
  it('makes a private key for its owner only, and never replaces a file', async () => {
    expect((await stat(at('key'))).mode & 0o777).toBe(0o600);
    await expect(run('keys', 'generate', at('key'))).rejects.toMatchObject({ code: 'file' });
    await rm(at('key'));
    await expect(run('keys', 'generate', at('key'))).rejects.toMatchObject({ code: 'file' });
    expect(await readdir(folder)).toEqual(['key.pub']);
  });

  it('shows the same key from either file', async () => {
    const one = await run('keys', 'show', at('key'), '--json');
    expect(await run('keys', 'show', at('key.pub'), '--json')).toBe(one);
    expect(JSON.parse(one).keyId).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('fumarole package diff and apply', () => {
  it('a real image becomes the next version of itself, out of a delta a fraction of its size', async () => {
    const [old, next] = [readHubImage('primehub', '7.27.0'), readHubImage('primehub', '7.28.0')];
    await writeFile(at('old'), old.image);
    await writeFile(at('new'), next.image);
    const made = JSON.parse(
      await run('package', 'diff', '--from', at('old'), '--to', at('new'), '--out', at('delta'), '--json'),
    );
    expect(made).toMatchObject({ bytes: (await stat(at('delta'))).size, newBytes: next.image.length });
    expect(made.bytes).toBeLessThan(next.image.length / 10);
    const files = ['--from', at('old'), '--patch', at('delta'), '--out', at('made')];
    expect(JSON.parse(await run('package', 'apply', ...files, '--json'))).toMatchObject({
      bytes: next.image.length,
    });
    expect(Buffer.compare(await readFile(at('made')), next.image)).toBe(0);
  });

  it('a delta on another image, or damaged, is refused and leaves no file', async () => {
    await writeFile(at('old'), 'a'.repeat(1000));
    await writeFile(at('new'), 'b'.repeat(1000));
    await run('package', 'diff', '--from', at('old'), '--to', at('new'), '--out', at('delta'));
    const onto = (from: string) =>
      run('package', 'apply', '--from', at(from), '--patch', at('delta'), '--out', at('made'));
    await writeFile(at('other'), 'a'.repeat(999));
    await expect(onto('other')).rejects.toMatchObject({ code: 'PACKAGE_MALFORMED' });
    await writeFile(at('other'), 'c'.repeat(1000));
    await expect(onto('other')).rejects.toMatchObject({ code: 'PACKAGE_HASH' });
    await expect(
      run('package', 'apply', '--from', at('old'), '--patch', at('delta'), '--out', at('none/made')),
    ).rejects.toThrow(`${at('none/made')}: no such file`);
    await expect(
      run('package', 'apply', '--from', at('old'), '--patch', at('none'), '--out', at('made')),
    ).rejects.toThrow(`${at('none')}: no such file`);
    const damaged = await readFile(at('delta'));
    await writeFile(at('delta'), damaged.subarray(0, damaged.length - 1));
    await expect(onto('old')).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.startsWith('made'))).toEqual([]);
  });
});
