import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TOOL_MILLISECONDS = 30_000;

/** One shell for all documents: starting a process costs a test runner much more than it costs a shell. */
const SCRIPT = `
command -v "$1" >/dev/null || exit 127
for input in *.in; do
  "$@" -o "\${input%.in}.out" "$input" >"\${input%.in}.log" 2>&1 || rm -f "\${input%.in}.out"
done`;

/**
 * What a tool of libwbxml2-utils makes of each document, in their order.
 *
 * @throws Error when the tool is not installed, or refuses a document
 */
export async function runTool(
  tool: string,
  options: readonly string[],
  documents: readonly Uint8Array[],
): Promise<readonly Uint8Array[]> {
  if (documents.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), 'fumarole-interop-'));
  try {
    await Promise.all(documents.map((octets, index) => writeFile(join(folder, `${index}.in`), octets)));
    const shell = ['-c', SCRIPT, 'sh', tool, ...options];
    await promisify(execFile)('sh', shell, { cwd: folder, timeout: TOOL_MILLISECONDS }).catch((error) => {
      throw unusable(tool, error);
    });
    return await Promise.all(documents.map((_, index) => outputOf(tool, folder, index)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function outputOf(tool: string, folder: string, index: number): Promise<Uint8Array> {
  const output = await readFile(join(folder, `${index}.out`)).catch(() => new Uint8Array());
  if (output.length > 0) return output;
  const log = await readFile(join(folder, `${index}.log`), 'utf8');
  throw new Error(`${tool} refused document ${index}: ${log.trim()}`);
}

function unusable(tool: string, cause: Error): Error {
  const missing = 'code' in cause && cause.code === 127;
  const remedy = 'install the Debian package libwbxml2-utils (apt-get install libwbxml2-utils)';
  return new Error(missing ? `${tool} is not installed: ${remedy}` : `${tool}: ${cause.message}`, { cause });
}
