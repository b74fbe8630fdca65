import type { ApiSession, ApiTimelineEntry } from '@fumarole/server/api';
import type { Command } from 'commander';
import { apiCommand, contextOf, segment, wholeNumber } from '../context.ts';
import { type Column, localTime, printJson, printTable } from '../output.ts';

const SESSION_COLUMNS: readonly Column<ApiSession>[] = [
  { head: 'SESSION', cell: ({ id }) => id },
  { head: 'DEVICE', cell: ({ device }) => device },
  { head: 'STARTED', cell: ({ startedAt }) => localTime(startedAt) },
  { head: 'LAST', cell: ({ lastAt }) => localTime(lastAt) },
  { head: 'MESSAGES', cell: ({ messages }) => messages, right: true },
];

const TIMELINE_COLUMNS: readonly Column<ApiTimelineEntry>[] = [
  { head: 'TIME', cell: ({ at }) => localTime(at) },
  { head: 'KIND', cell: ({ kind }) => kind },
  { head: 'WHAT', cell: ({ text }) => text },
];

/** `fumarole sessions|timeline`: what was said, and what came of it. */
export function registerSessions(program: Command): void {
  const sessions = program.command('sessions').description('DM sessions');
  apiCommand(sessions, 'list', 'list sessions, newest first', { isDefault: true })
    .option('--device <device>', 'only of this device')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 1_000_000), 50)
    .action(async (options: { device?: string; limit: number }, command: Command) => {
      const { api, output } = contextOf(command);
      const found = await api.list<ApiSession>('/sessions', { device: options.device }, options.limit);
      if (output.json) printJson(output, found);
      else printTable(output, SESSION_COLUMNS, found, 'No sessions yet.');
    });
  apiCommand(program, 'timeline <device>', 'what happened to a device, oldest first')
    .option('--limit <n>', 'the last so many', wholeNumber(1, 100_000), 500)
    .action(async (device: string, options: { limit: number }, command: Command) => {
      const { api, output } = contextOf(command);
      const query = { order: 'newest' };
      const found = await api.list<ApiTimelineEntry>(
        `/devices/${segment(device)}/timeline`,
        query,
        options.limit,
      );
      const entries = found.toReversed();
      if (output.json) printJson(output, entries);
      else printTable(output, TIMELINE_COLUMNS, withoutRoutine(entries), 'Nothing happened yet.');
    });
}

/** Of contacts in a row in which nothing happened, the last one alone with their number. */
export function withoutRoutine(entries: readonly ApiTimelineEntry[]): readonly ApiTimelineEntry[] {
  const kept: ApiTimelineEntry[] = [];
  let routine = 0;
  for (const [i, entry] of entries.entries()) {
    if (entry.kind === 'contact' && entries[i + 1]?.kind === 'contact') {
      routine += 1;
      continue;
    }
    const before =
      routine === 0 ? '' : `, after ${routine} ${routine === 1 ? 'contact' : 'contacts'} without news`;
    kept.push(entry.kind === 'contact' ? { ...entry, text: `${entry.text}${before}` } : entry);
    routine = 0;
  }
  return kept;
}
