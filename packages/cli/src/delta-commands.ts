import type { Command } from 'commander';
import { jsonCommand, outputOf } from './context.ts';
import { applyDeltaFile, type DeltaReport, makeDeltaFile } from './delta-files.ts';
import { printFacts, printJson, sizeText } from './output.ts';

interface DiffOptions {
  readonly from: string;
  readonly to: string;
  readonly out: string;
}

interface ApplyOptions {
  readonly from: string;
  readonly patch: string;
  readonly out: string;
}

/** `fumarole package diff|apply`: deltas between bare image files. */
export function registerDeltaCommands(packages: Command): void {
  jsonCommand(packages, 'diff', 'make the delta that turns one image into another')
    .requiredOption('--from <file>', 'the old image')
    .requiredOption('--to <file>', 'the new image')
    .requiredOption('--out <file>', 'delta to write')
    .action(async ({ from, to, out }: DiffOptions, command: Command) => {
      report(command, out, await makeDeltaFile(from, to, out));
    });
  jsonCommand(packages, 'apply', 'make the new image from the old one and a delta')
    .requiredOption('--from <file>', 'the old image')
    .requiredOption('--patch <file>', 'the delta')
    .requiredOption('--out <file>', 'image to write')
    .action(async ({ from, patch, out }: ApplyOptions, command: Command) => {
      report(command, out, await applyDeltaFile(from, patch, out));
    });
}

function report(command: Command, file: string, made: DeltaReport): void {
  const output = outputOf(command);
  if (output.json) {
    printJson(output, { file, ...made });
    return;
  }
  printFacts(output, [
    ['file', file],
    ['size', sizeText(made.bytes)],
    ['of the new image', made.newBytes === 0 ? undefined : share(made.bytes / made.newBytes)],
    [
      'copied and added',
      made.copied === undefined ? undefined : `${sizeText(made.copied)}, ${sizeText(made.added ?? 0)}`,
    ],
    ['addresses', made.addresses],
    ['time', `${made.seconds.toFixed(2)} s`],
    ['memory at most', sizeText(made.peakBytes)],
  ]);
}

function share(part: number): string {
  return `${(part * 100).toFixed(part < 0.1 ? 2 : 1)} %`;
}
