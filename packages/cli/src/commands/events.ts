import { setTimeout as pause } from 'node:timers/promises';
import type { ApiEvent } from '@fumarole/server/api';
import type { Command } from 'commander';
import type { ApiClient } from '../api-client.ts';
import { CliError } from '../cli-error.ts';
import { apiCommand, contextOf, gather, wholeNumber } from '../context.ts';
import type { SentEvent } from '../event-lines.ts';
import { localTime, type Output, printable } from '../output.ts';

interface EventOptions {
  readonly device?: string;
  readonly type?: readonly string[];
  readonly after?: number;
  readonly count?: number;
}

const RECONNECT_MS = 1000;

/** `fumarole events`: what happens, as it happens; a broken connection is taken up where it ended. */
export function registerEvents(program: Command): void {
  apiCommand(program, 'events', 'follow what happens, until Ctrl-C')
    .option('--device <device>', 'only of this device')
    .option('--type <types>', 'only these types', gather)
    .option(
      '--after <sequence>',
      'begin after this event; 0: with the oldest kept',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option('--count <n>', 'stop after so many', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .action(async (options: EventOptions, command: Command) => {
      const { api, output } = contextOf(command);
      let left = options.count ?? Number.POSITIVE_INFINITY;
      for await (const event of follow(api, options)) {
        if (event.event === 'hello') continue;
        show(output, event);
        left -= event.event === 'lost' ? 0 : 1;
        if (left <= 0) return;
      }
    });
}

/** The stream without end: taken up with Last-Event-ID when it breaks, given up when the server refuses. */
async function* follow(api: ApiClient, { device, type, after }: EventOptions): AsyncGenerator<SentEvent> {
  let last: string | undefined;
  for (;;) {
    try {
      for await (const event of api.events({ device, type: type?.join(','), after }, last)) {
        last = event.id ?? last;
        yield event;
      }
    } catch (error) {
      // Nothing was ever heard, or the server has refused: no use in asking again.
      if (last === undefined || (error instanceof CliError && error.code !== 'unreachable')) throw error;
    }
    await pause(RECONNECT_MS);
  }
}

function show(output: Output, { event, data }: SentEvent): void {
  if (output.json) {
    output.write(`${event === 'lost' ? JSON.stringify({ type: 'lost', data: JSON.parse(data) }) : data}\n`);
    return;
  }
  if (event === 'lost') {
    output.warn('Older events are no longer kept.\n');
    return;
  }
  const { at, type, device = '–', data: facts }: ApiEvent = JSON.parse(data);
  const text = isText(facts) ? facts.text : JSON.stringify(facts);
  output.write(`${localTime(at)}  ${printable(device)}  ${type}  ${printable(text)}\n`);
}

function isText(value: unknown): value is { readonly text: string } {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
}
