import type { ApiPackage } from '@fumarole/server/api';
import type { Command } from 'commander';
import { apiCommand, contextOf, segment, wholeNumber } from '../context.ts';
import { type Column, localTime, printFacts, printJson, printTable, sizeText } from '../output.ts';

const PACKAGE_COLUMNS: readonly Column<ApiPackage>[] = [
  { head: 'PACKAGE', cell: ({ id }) => id.slice(0, 16) },
  { head: 'NAME', cell: ({ name }) => name },
  { head: 'VERSION', cell: ({ version }) => version },
  { head: 'RELEASE', cell: ({ release }) => release, right: true },
  { head: 'SIZE', cell: ({ size }) => sizeText(size), right: true },
  { head: 'MODELS', cell: ({ models }) => models.join(', ') },
  { head: 'FROM', cell: ({ fromVersions }) => fromVersions.join(', ') || 'any' },
  { head: 'STATE', cell: ({ published }) => (published ? 'published' : 'held') },
];

/** `fumarole packages …`: update packages on the server. A package is named by its id or the first letters of it. */
export function registerPackages(program: Command): void {
  const packages = program.command('packages').description('update packages on the server');
  apiCommand(packages, 'list', 'list packages')
    .option('--model <name>', 'only for this model')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 1_000_000))
    .action(async (options: { model?: string; limit?: number }, command: Command) => {
      const { api, output } = contextOf(command);
      const found = await api.list<ApiPackage>('/packages', { model: options.model }, options.limit);
      if (output.json) printJson(output, found);
      else
        printTable(output, PACKAGE_COLUMNS, found, 'No packages yet; make one with `fumarole package make`.');
    });
  apiCommand(packages, 'upload <file...>', 'upload signed packages')
    .option('--hold', 'do not offer them yet')
    .action(async (files: readonly string[], options: { hold?: boolean }, command: Command) => {
      const { api, output } = contextOf(command);
      const done: ApiPackage[] = [];
      for (const file of files) {
        done.push(await api.upload<ApiPackage>('/packages', file, { publish: options.hold !== true }));
      }
      if (output.json) printJson(output, done);
      else printTable(output, PACKAGE_COLUMNS, done, '');
    });
  apiCommand(packages, 'show <package>', 'one package').action(
    async (id: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const found = await api.get<ApiPackage>(`/packages/${segment(id)}`);
      if (output.json) printJson(output, found);
      else printFacts(output, packageFacts(found));
    },
  );
  registerDeed(packages, 'publish', 'offer a package to the devices it fits');
  registerDeed(packages, 'hold', 'offer it no longer');
  apiCommand(packages, 'remove <package>', 'remove a package that no update uses').action(
    async (id: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      await api.delete(`/packages/${segment(id)}`);
      if (output.json) printJson(output, { id, removed: true });
      else output.write(`${id} removed\n`);
    },
  );
}

function registerDeed(packages: Command, verb: 'publish' | 'hold', description: string): void {
  apiCommand(packages, `${verb} <package>`, description).action(
    async (id: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const changed = await api.post<ApiPackage>(`/packages/${segment(id)}/${verb}`, { json: {} });
      if (output.json) printJson(output, changed);
      else printTable(output, PACKAGE_COLUMNS, [changed], '');
    },
  );
}

function packageFacts(found: ApiPackage): readonly (readonly [string, unknown])[] {
  return [
    ['package', found.id],
    ['name', found.name],
    ['version', found.version],
    ['release', found.release],
    ['size', sizeText(found.size)],
    ['state', found.published ? 'published' : 'held'],
    ['signed by', found.keyId],
    ['maker', found.manufacturer],
    ['models', found.models.join(', ')],
    ['hardware', found.hardware.join(', ') || 'any'],
    ['from versions', found.fromVersions.join(', ') || 'any'],
    ['uploaded', localTime(found.uploadedAt)],
  ];
}
