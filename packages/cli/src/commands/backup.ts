import type { Command } from 'commander';
import { backUp } from '../backup/back-up.ts';
import { restore } from '../backup/restore.ts';
import { DEFAULT_DATA } from '../client-config.ts';
import { jsonCommand, outputOf } from '../context.ts';
import { printJson, sizeText } from '../output.ts';

/** `fumarole backup|restore`: the data folder as a whole, also while the server runs. */
export function registerBackup(program: Command): void {
  jsonCommand(program, 'backup <folder>', 'copy the data of a server, running or not, into a new folder')
    .option('--data <folder>', 'data folder of the server', process.env.FUMAROLE_DATA ?? DEFAULT_DATA)
    .action(async (to: string, options: { data: string }, command: Command) => {
      const output = outputOf(command);
      const done = await backUp(options.data, to);
      if (output.json) printJson(output, { folder: to, files: done.files.length, bytes: done.bytes });
      else
        output.write(
          `${done.files.length} files, ${sizeText(done.bytes)}, in ${to}\n${aboutKey(done.files.map(({ path }) => path))}\n`,
        );
    });
  jsonCommand(program, 'restore <folder>', 'put a backup into a new data folder, every file checked')
    .option('--data <folder>', 'data folder to make', process.env.FUMAROLE_DATA ?? DEFAULT_DATA)
    .action(async (from: string, options: { data: string }, command: Command) => {
      const output = outputOf(command);
      const done = await restore(from, options.data);
      if (output.json) printJson(output, { data: options.data, files: done.files.length, bytes: done.bytes });
      else output.write(`${done.files.length} files, ${sizeText(done.bytes)}, in ${options.data}\n`);
    });
}

/** With `serve --key-file` the key may be kept elsewhere: then the copy alone opens no credential. */
export function aboutKey(paths: readonly string[]): string {
  return paths.includes('seal.key')
    ? 'It holds the key that opens the credentials: keep it safe.'
    : 'It does not hold the key that opens the credentials: back up the file of --key-file as well.';
}
