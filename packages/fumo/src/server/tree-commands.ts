/** The operators' single tree commands leave first, a few in each message. */
import type { ServerCommand } from '@fumarole/dm/server';
import type { QueuedCommand } from './device-record.ts';
import type { Draft } from './draft.ts';
import { MAX_COMMANDS_PER_MESSAGE } from './limits.ts';
import { keyFor, type Outbox } from './outbox.ts';

export function sendTreeCommands(draft: Draft, outbox: Outbox): void {
  const queued = draft.device.commands
    .filter(({ state }) => state === 'queued')
    .slice(0, MAX_COMMANDS_PER_MESSAGE);
  for (const command of queued) {
    const key = keyFor(draft, `tree ${command.id}`);
    outbox.commands.push(wireCommand(command, key));
    const sent: QueuedCommand = { ...command, state: 'sent', sentAt: draft.ctx.now };
    const commands = draft.device.commands.map((one) => (one.id === command.id ? sent : one));
    draft.device = { ...draft.device, commands };
  }
}

/** Always with Data, also for interior nodes (I-013). */
function wireCommand(command: QueuedCommand, key: string): ServerCommand {
  const { uri, value } = command;
  const type = command.type === undefined ? {} : { type: command.type };
  switch (command.verb) {
    case 'get':
    case 'delete':
      return { kind: command.verb, key, uri };
    case 'exec': {
      const correlator = command.correlator === undefined ? {} : { correlator: command.correlator };
      return { kind: 'exec', key, uri, ...correlator, ...(value === undefined ? {} : { data: value }) };
    }
    case 'add':
    case 'set': {
      const format = command.format ?? (value === undefined && command.verb === 'add' ? 'node' : 'chr');
      return {
        kind: command.verb === 'add' ? 'add' : 'replace',
        key,
        uri,
        format,
        ...type,
        data: value ?? '',
      };
    }
  }
}
