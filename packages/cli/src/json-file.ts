import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { CliError } from './cli-error.ts';
import { fileError } from './file-error.ts';

/** The JSON in a file; `-` is standard input. Throws CliError `file`, InvalidArgumentError. */
export async function jsonFile(path: string): Promise<unknown> {
  try {
    const text =
      path === '-'
        ? Buffer.concat(await process.stdin.toArray()).toString('utf8')
        : await readFile(path, 'utf8');
    return parsed(text, path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw fileError(path, error);
  }
}

/** Throws CliError `usage` when it is no JSON object. */
export function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CliError('usage', `${name}: a JSON object is expected`);
  }
  return { ...value };
}

/** JSON text of an option or a file. Throws InvalidArgumentError. */
export function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`${name} is no JSON: ${error instanceof Error ? error.message : ''}`);
  }
}
