import { readFile } from 'node:fs/promises';
import type { ApiDescription } from '@fumarole/server/api';
import type { Command } from 'commander';
import { apiCommand, contextOf, segment } from '../context.ts';
import { fileError } from '../file-error.ts';
import { type Column, localTime, printJson, printTable } from '../output.ts';

const COLUMNS: readonly Column<ApiDescription>[] = [
  { head: 'DESCRIPTION', cell: ({ id }) => id },
  { head: 'MANUFACTURER', cell: ({ manufacturer }) => manufacturer },
  { head: 'MODEL', cell: ({ model }) => model },
  { head: 'FIRMWARE OBJECTS', cell: ({ roots }) => roots.map(({ uri }) => uri).join(' ') || 'none' },
  { head: 'ADDED', cell: ({ addedAt }) => localTime(addedAt) },
];

interface AddOptions {
  readonly manufacturer?: string;
  readonly model?: string;
}

/** `fumarole models …`: device descriptions (DDF), which tell the tree of a model without asking its devices. */
export function registerModels(program: Command): void {
  const models = program.command('models').description('what the trees of device models look like (DDF)');
  apiCommand(models, 'list', 'models with a description').action(
    async (_options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const rows = await api.list<ApiDescription>('/descriptions');
      if (output.json) printJson(output, rows);
      else printTable(output, COLUMNS, rows, 'No model is described; give a DDF to `models add`.');
    },
  );
  apiCommand(models, 'add <ddf>', 'use the device description in a file, XML or WBXML')
    .option('--manufacturer <name>', 'instead of the Man of the file')
    .option('--model <name>', 'instead of the Mod of the file')
    .action(async (file: string, { manufacturer, model }: AddOptions, command: Command) => {
      const { api, output } = contextOf(command);
      const data = await readFile(file).catch((error: unknown) => {
        throw fileError(file, error);
      });
      // WBXML begins with its version octet, XML never does.
      const type = `application/vnd.syncml.dmddf+${(data[0] ?? 0x20) < 0x09 ? 'wbxml' : 'xml'}`;
      const added = await api.post<ApiDescription>('/descriptions', {
        body: { type, data },
        query: { manufacturer, model },
      });
      for (const warning of added.warnings ?? []) output.warn(`${warning}\n`);
      if (output.json) printJson(output, added);
      else printTable(output, COLUMNS, [added], '');
    });
  apiCommand(
    models,
    'remove <description>',
    'forget a description; devices are asked for their tree again',
  ).action(async (id: string, _options: unknown, command: Command) => {
    const { api, output } = contextOf(command);
    await api.delete(`/descriptions/${segment(id)}`);
    if (output.json) printJson(output, { id, removed: true });
    else output.write(`${id} removed\n`);
  });
}
