import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The allowed arrows between packages: a new one is an edit here, on purpose. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  wbxml: [],
  syncml: ['wbxml'],
  dm: ['syncml', 'wbxml'],
  fumo: ['dm', 'syncml'],
  'update-package': [],
  // Peers that judge an engine share no engine with it (docs/adr/0004).
  conform: ['syncml'],
  server: ['wbxml', 'syncml', 'dm', 'fumo', 'update-package'],
  device: ['wbxml', 'syncml', 'dm', 'fumo', 'update-package'],
  cli: ['wbxml', 'syncml', 'dm', 'fumo', 'update-package', 'conform', 'server', 'device'],
  testkit: ['wbxml', 'syncml', 'dm', 'fumo', 'update-package', 'server', 'device', 'cli'],
};
/** Bytes, now and ports in; values, bytes and events out: no Node module may be named. */
const PURE = ['wbxml', 'syncml', 'dm', 'fumo', 'update-package'];
const SCOPE = '@fumarole/';

const packagesFolder = join(import.meta.dirname, '..', 'packages');
const readJson = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8'));

describe.each(Object.keys(ALLOWED))('package %s', (name) => {
  const folder = join(packagesFolder, name);
  const manifest = readJson(join(folder, 'package.json'));
  const dependencies = Object.keys((manifest.dependencies ?? {}) as Record<string, string>);
  const siblings = dependencies.filter((d) => d.startsWith(SCOPE)).map((d) => d.slice(SCOPE.length));
  const imports = importsOf(join(folder, 'src'));

  it('declares only arrows of the map', () => {
    expect(siblings.filter((sibling) => !ALLOWED[name]?.includes(sibling))).toEqual([]);
  });

  it('has the project references that it declares', () => {
    const references = (readJson(join(folder, 'tsconfig.json')).references ?? []) as { path: string }[];
    expect(references.map(({ path }) => path.replace('../', '')).sort()).toEqual([...siblings].sort());
  });

  it('imports nothing that it does not declare', () => {
    const undeclared = imports
      .filter(({ test }) => !test)
      .filter(({ target }) => !isBuiltin(target) && !dependencies.includes(packageOf(target)));
    expect(undeclared.map(({ file, target }) => `${file}: ${target}`)).toEqual([]);
  });

  it('keeps Node out of the pure packages', () => {
    const node = imports.filter(({ test, target }) => !test && PURE.includes(name) && isBuiltin(target));
    expect(node.map(({ file, target }) => `${file}: ${target}`)).toEqual([]);
  });

  it('only the maker of packages imports the maker’s face', () => {
    const make = imports.filter(({ test, target }) => !test && target === `${SCOPE}update-package/make`);
    expect(name === 'device' ? make : []).toEqual([]);
  });
});

it('the map names every package', () => {
  expect(readdirSync(packagesFolder).sort()).toEqual(Object.keys(ALLOWED).sort());
});

it('server and device never meet but on the wire', () => {
  expect(ALLOWED.server).not.toContain('device');
  expect(ALLOWED.device).not.toContain('server');
});

interface Import {
  readonly file: string;
  readonly target: string;
  readonly test: boolean;
}

/** Non-relative import targets of every source file below a folder. */
function importsOf(folder: string): readonly Import[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const found = text.matchAll(
      /^(?:import|export)\b[^;]*?\bfrom\s+'([^'.][^']*)';|\bimport\('([^'.][^']*)'\)/gm,
    );
    return [...found].map((match) => ({
      file,
      target: match[1] ?? match[2] ?? '',
      test: file.endsWith('.test.ts'),
    }));
  });
}

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

function isBuiltin(target: string): boolean {
  return target.startsWith('node:') || builtinModules.includes(target);
}
