import type { ApiWhy } from '@fumarole/server/api';
import type { Command } from 'commander';
import { apiCommand, contextOf, segment } from '../context.ts';
import { localTime, printable, printFacts, printJson } from '../output.ts';

/** `fumarole why DEVICE`: one sentence, and the facts behind it. */
export function registerWhy(program: Command): void {
  apiCommand(program, 'why <device>', 'what the server will do with this device, and why').action(
    async (id: string, _options: unknown, command: Command) => {
      const { api, output } = contextOf(command);
      const answer = await api.get<ApiWhy>(`/devices/${segment(id)}/why`);
      if (output.json) {
        printJson(output, answer);
        return;
      }
      output.write(`${printable(`${answer.device}: ${answer.why}`).replace(/\.?$/, '.')}\n\n`);
      printFacts(output, [
        ...answer.facts.map(({ name, value }) => [name, value] as const),
        ['due', localTime(answer.dueAt)],
      ]);
    },
  );
}
