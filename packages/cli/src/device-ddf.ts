import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { jsonCommand, outputOf } from './context.ts';
import { fileError } from './file-error.ts';
import { printJson } from './output.ts';

interface DdfOptions {
  readonly wbxml?: boolean;
}

/** `fumarole device ddf`: what `fumarole models add` takes. */
export function registerDdf(device: Command): void {
  jsonCommand(device, 'ddf <dir> [file]', 'write the description (DDF) of its tree, for `models add`')
    .option('--wbxml', 'as WBXML instead of XML; needs a file')
    .action(async (dir: string, file: string | undefined, { wbxml }: DdfOptions, command: Command) => {
      const output = outputOf(command);
      const { describeDevice } = await import('@fumarole/device');
      const octets = await describeDevice(dir, wbxml === true ? 'wbxml' : 'xml');
      if (file === undefined) {
        if (wbxml === true) command.error('error: --wbxml needs a file');
        const description = Buffer.from(octets).toString('utf8');
        if (output.json) printJson(output, { description });
        else output.write(description);
        return;
      }
      await writeFile(file, octets).catch((cause: unknown) => {
        throw fileError(file, cause);
      });
      if (output.json) printJson(output, { file, octets: octets.length });
      else output.write(`${file} written, ${octets.length} octets\n`);
    });
}
