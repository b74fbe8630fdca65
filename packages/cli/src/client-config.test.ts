import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigSources, findClientConfig, writeClientConfig } from './client-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fumarole-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const LOCAL = 'http://127.0.0.1:8080';
const find = (more: Partial<ConfigSources> = {}) =>
  findClientConfig({ environment: {}, directory: folder, ...more });
const write = (server = LOCAL, token?: string) => writeClientConfig(join(folder, '.fumarole'), server, token);

describe('client configuration', () => {
  it('is found in the folder of the server and from every folder below', () => {
    expect(write(LOCAL, 't1')).toBe(true);
    const below = join(folder, 'a', 'b');
    mkdirSync(below, { recursive: true });
    expect(find()).toEqual({ server: LOCAL, token: 't1' });
    expect(find({ directory: below })).toEqual({ server: LOCAL, token: 't1' });
  });

  it('is readable by its owner alone', () => {
    write(LOCAL, 't1');
    expect(statSync(join(folder, '.fumarole', 'client.json')).mode & 0o077).toBe(0);
  });

  it('keeps the token of the first start when a later one has none, and says when there is none to keep', () => {
    expect(write('http://127.0.0.1:1111')).toBe(false);
    write(LOCAL, 't1');
    expect(write('http://127.0.0.1:9999')).toBe(true);
    expect(find()).toEqual({ server: 'http://127.0.0.1:9999', token: 't1' });
  });

  it('yields to the environment, and that to flags', () => {
    write(LOCAL, 't1');
    const environment = { FUMAROLE_SERVER: 'http://env', FUMAROLE_TOKEN: 't2' };
    expect(find({ environment })).toEqual({ server: 'http://env', token: 't2' });
    expect(find({ environment, server: 'http://flag', token: 't3' })).toEqual({
      server: 'http://flag',
      token: 't3',
    });
  });

  it('never gives the token of the local server to another one', () => {
    write(LOCAL, 't1');
    expect(find({ server: `${LOCAL}/` }).token).toBe('t1');
    expect(() => find({ server: 'http://elsewhere' })).toThrow(
      expect.objectContaining({ code: 'no-server' }),
    );
  });

  it.each([
    '{',
    '[]',
    '{"server":"x","token":"t"}',
    '{"server":"http://a"}',
    `"${'x'.repeat(70_000)}"`,
  ])('refuses a file that is none: %.20s', (text) => {
    mkdirSync(join(folder, '.fumarole'));
    writeFileSync(join(folder, '.fumarole', 'client.json'), text);
    expect(() => find()).toThrow(expect.objectContaining({ code: 'file' }));
  });
});
