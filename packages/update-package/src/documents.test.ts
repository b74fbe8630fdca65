import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claims, made, ports, publisher, trust, trusted } from '../test/publisher.ts';
import * as make from './make/index.ts';
import { toHex } from './read/hex.ts';
import * as read from './read/index.ts';

const root = join(import.meta.dirname, '../../..');

function fenced(file: string, language: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  const [, found] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(text) ?? [];
  if (found === undefined) throw new Error(`${file} shows no ${language}`);
  return found;
}

it('the example of the format is what is made, and verifies with its key', async () => {
  const shown = fenced('docs/package-format.md', 'hex').replaceAll(/\s/g, '');
  expect(toHex(await made(Buffer.from('hello')))).toBe(shown);
  const page = readFileSync(join(root, 'docs/package-format.md'), 'utf8');
  expect(page).toContain(toHex(publisher.publicKey));
  const header = read.parseHeader(Buffer.from(shown, 'hex'));
  expect(read.verifyPackage(header, trust, claims, ports)).toEqual({ kind: 'ok' });
});

it('the example of the README runs', async () => {
  const code = fenced('packages/update-package/README.md', 'ts').replaceAll(/^import .*$/gm, '');
  const given = {
    ...make,
    ...read,
    ports,
    signer: publisher,
    trust: { keys: [trusted(publisher)] },
    image: new Uint8Array(100_000),
  };
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
  const usable = await new AsyncFunction(...Object.keys(given), `${code}; return usable;`)(
    ...Object.values(given),
  );
  expect(usable).toBe(100_000);
});
