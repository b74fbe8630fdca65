import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

/** Tables of stable error codes are exported under such names; docs/errors.md is drawn from them. */
const TABLE = /^export const ([A-Z][A-Z_]*_(?:ERRORS|ERROR_CODES))\b/gm;
const root = join(import.meta.dirname, '..');
const docs = join(root, 'docs', 'errors.md');

interface Row {
  readonly code: string;
  readonly status: number | undefined;
  readonly meaning: string;
  readonly remedy: string;
}

interface Table {
  readonly name: string;
  readonly file: string;
  readonly rows: readonly Row[];
}

const tables = await findTables();

it('every exported error code has a row in docs/errors.md', async () => {
  expect(tables.length).toBeGreaterThan(5);
  // A changed table is written with `vitest run tests/error-docs -u`.
  await expect(documentOf(tables)).toMatchFileSnapshot(docs);
});

it('finds the tables of protocol, store, API and command line', () => {
  const codes = tables.flatMap(({ rows }) => rows.map(({ code }) => code));
  expect(codes).toEqual(
    expect.arrayContaining(['truncated', 'newer-schema', 'not-found', 'no-server', 'device-unknown']),
  );
});

async function findTables(): Promise<readonly Table[]> {
  const packages = join(root, 'packages');
  const files = readdirSync(packages).flatMap((name) => sourcesBelow(join(packages, name, 'src')));
  const found: Table[] = [];
  for (const file of files.sort()) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(TABLE)) {
      const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
      found.push({ name: name ?? '', file: file.slice(root.length + 1), rows: rowsOf(module[name ?? '']) });
    }
  }
  return found;
}

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => join(folder, file));
}

function rowsOf(table: unknown): readonly Row[] {
  return Object.entries(table as Readonly<Record<string, unknown>>).map(([code, value]) => {
    if (typeof value === 'string') return { code, status: undefined, meaning: value, remedy: '' };
    const row = value as { readonly status?: number; readonly meaning: string; readonly remedy?: string };
    return { code, status: row.status, meaning: row.meaning, remedy: row.remedy ?? '' };
  });
}

function documentOf(all: readonly Table[]): string {
  const sections = all.map(({ name, file, rows }) => {
    const withStatus = rows.some(({ status }) => status !== undefined);
    const head = ['Code', ...(withStatus ? ['HTTP'] : []), 'Meaning', 'Remedy'];
    const lines = rows.map(({ code, status, meaning, remedy }) => [
      `\`${code}\``,
      ...(withStatus ? [String(status ?? '')] : []),
      meaning,
      remedy,
    ]);
    const rule = head.map(() => '---');
    const table = [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    return `## ${titleOf(name)}\n\nFrom [\`${file}\`](../${file}).\n\n${table}\n`;
  });
  return `# Error codes\n\nEvery error carries a stable \`code\`. This page is drawn from the tables in the source: \`npx vitest run tests/error-docs -u\`.\n\n${sections.join('\n')}`;
}

function titleOf(name: string): string {
  const words: Readonly<Record<string, string>> = {
    ACCESS_ERRORS: 'Keys and sealed credentials',
    CLI_ERRORS: 'The command line',
    REST_ERRORS: 'The REST API',
    FLEET_ERRORS: 'The fleet (through the REST API)',
    STORE_ERRORS: 'The store',
    ARTIFACT_ERRORS: 'Artifacts',
    PACKAGE_ERRORS: 'Update packages',
    DECODE_ERROR_CODES: 'Malformed messages (DecodeError)',
    PEER_ERROR_CODES: 'Protocol violations of the peer (PeerError)',
    USAGE_ERROR_CODES: 'Wrong use by the caller (UsageError)',
    DEVICE_ERRORS: 'The device',
    WAKE_ERRORS: 'Waking devices',
  };
  return words[name] ?? name;
}
