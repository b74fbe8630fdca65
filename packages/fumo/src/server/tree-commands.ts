/** The operators' tree commands leave first, a few in each message. */
import type { ServerCommand } from '@fumarole/dm/server';
import type { DeviceRecord, PlainVerb, QueuedCommand, TreeOrder } from './device-record.ts';
import { type Draft, note } from './draft.ts';
import { MAX_COMMANDS_PER_MESSAGE } from './limits.ts';
import { keyFor, type Outbox, sendGet } from './outbox.ts';
import { whyNot } from './tree-refusal.ts';
import { unaskedLimits } from './uri-limits.ts';

export function sendTreeCommands(draft: Draft, outbox: Outbox): void {
  const queued = draft.device.commands
    .filter(({ state }) => state === 'queued')
    .slice(0, MAX_COMMANDS_PER_MESSAGE);
  for (const command of queued) {
    const refusal = whyNot(draft.device, command);
    if (refusal !== undefined) {
      refuse(draft, command, refusal);
      continue;
    }
    const unasked = urisOf(command).flatMap((uri) => unaskedLimits(draft.device, uri));
    if (unasked.length > 0) {
      // S-014: how long a URI may be is known before the long one goes out.
      for (const uri of unasked) sendGet(draft, outbox, uri);
      return;
    }
    outbox.commands.push(wireCommand(draft, command));
    replace(draft, { ...command, state: 'sent', sentAt: draft.ctx.now });
    // Its Statuses must fit the answer: a container goes alone.
    if (command.commands !== undefined) return;
  }
}

function refuse(draft: Draft, command: QueuedCommand, refusal: string): void {
  const { value: _unsent, ...rest } = command;
  replace(draft, { ...rest, state: 'failed', refusal, answeredAt: draft.ctx.now });
  note(draft, 'command', `${nameOf(command)} is not sent: ${refusal}`, { command: command.id });
}

/** For a line of the timeline. */
export function nameOf({ verb, uri }: Pick<QueuedCommand, 'verb' | 'uri'>): string {
  return `${verb} ${uri}`.trimEnd();
}

function urisOf({ uri, source, commands = [] }: QueuedCommand): readonly string[] {
  return [uri, ...(source === undefined ? [] : [source]), ...commands.map((step) => step.uri)];
}

function wireCommand(draft: Draft, command: QueuedCommand): ServerCommand {
  const key = keyFor(draft, `tree ${command.id}`);
  const { verb, commands = [] } = command;
  if (verb !== 'sequence' && verb !== 'atomic') return plainCommand(verb, command, key);
  const children = commands.map((step, at) =>
    plainCommand(step.verb, step, keyFor(draft, `tree ${command.id}/${at}`)),
  );
  // As it was asked for, or not at all: apart the commands would mean something else.
  return { kind: verb, key, whole: true, commands: children };
}

/** Always with Data, also for interior nodes (I-013). */
function plainCommand(verb: PlainVerb, order: TreeOrder, key: string): ServerCommand {
  const { uri, value } = order;
  const type = order.type === undefined ? {} : { type: order.type };
  switch (verb) {
    case 'get':
    case 'delete':
      return { kind: verb, key, uri };
    case 'copy':
      return { kind: 'copy', key, source: order.source ?? '', target: uri };
    case 'alert': {
      const { code = 1100, options = '', texts = [] } = order.alert ?? {};
      return { kind: 'alert', key, code, items: [options, ...texts] };
    }
    case 'exec': {
      const correlator = order.correlator === undefined ? {} : { correlator: order.correlator };
      return { kind: 'exec', key, uri, ...correlator, ...(value === undefined ? {} : { data: value }) };
    }
    case 'add':
    case 'set': {
      const format = order.format ?? (value === undefined && verb === 'add' ? 'node' : 'chr');
      const data = value ?? '';
      return { kind: verb === 'add' ? 'add' : 'replace', key, uri, format, ...type, data };
    }
  }
}

function replace(draft: Draft, command: QueuedCommand): void {
  const commands: DeviceRecord['commands'] = draft.device.commands.map((one) =>
    one.id === command.id ? command : one,
  );
  draft.device = { ...draft.device, commands };
}
