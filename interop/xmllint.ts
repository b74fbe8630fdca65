import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TOOL_MILLISECONDS = 30_000;
const SHOWN_CHARACTERS = 1000;
const MAX_REPORT_OCTETS = 16 * 1024 * 1024;

/** A document type of `dtd/`, written from the tables of the standard. */
export type DocumentType = 'syncml-1.2' | 'mgmt-tree-1.2' | 'descriptor-1.0' | 'provisioning-1.0';

/**
 * What `xmllint` has to say against each document, in their order: empty where it is well-formed and valid.
 *
 * @throws Error when the tool is not installed
 */
export async function invalidities(
  type: DocumentType,
  documents: readonly (string | Uint8Array)[],
): Promise<readonly string[]> {
  if (documents.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), 'fumarole-interop-'));
  try {
    const names = documents.map((_, index) => `${index}.xml`);
    await Promise.all(documents.map((text, index) => writeFile(join(folder, `${index}.xml`), text)));
    const dtd = join(import.meta.dirname, 'dtd', `${type}.dtd`);
    const report = await run(['--noout', '--nonet', '--dtdvalid', dtd, ...names], folder);
    // A document type that a document names itself is not loaded (--nonet).
    const lines = report.split('\n').filter((line) => !line.includes(': warning: failed to load'));
    // "N.xml:LINE: element …: validity error : …", or "Document N.xml does not validate against …"
    return names.map((name) =>
      lines.filter((line) => line.startsWith(`${name}:`) || line.includes(` ${name} does not`)).join('\n'),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The tool's report; that documents are invalid is no failure of the tool. */
async function run(options: readonly string[], cwd: string): Promise<string> {
  const settings = { cwd, timeout: TOOL_MILLISECONDS, maxBuffer: MAX_REPORT_OCTETS };
  try {
    return (await promisify(execFile)('xmllint', options, settings)).stderr;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'ENOENT') {
      const remedy = 'install the Debian package libxml2-utils (apt-get install libxml2-utils)';
      throw new Error(`xmllint is not installed: ${remedy}`, { cause: error });
    }
    const invalid = typeof error.code === 'number' && [INVALID, MALFORMED].includes(error.code);
    const report = 'stderr' in error ? String(error.stderr) : error.message;
    if (!invalid) throw new Error(`xmllint: ${report.slice(0, SHOWN_CHARACTERS)}`, { cause: error });
    return report;
  }
}

/** Exit codes of xmllint. */
const MALFORMED = 1;
const INVALID = 3;
