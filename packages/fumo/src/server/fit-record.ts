/** Keeps a record below its size: the oldest answers go first, then history, then values of rarely used nodes. */
import type { DeviceRecord, QueuedCommand } from './device-record.ts';
import { MAX_ANSWERED_COMMANDS, MAX_RECORD } from './limits.ts';

/** The same record within its bounds (limits.ts). */
export function fitRecord(device: DeviceRecord): DeviceRecord {
  const commands = fitCommands(device.commands);
  const tidy = commands === device.commands ? device : { ...device, commands };
  if (isClearlySmall(tidy) || sizeOf(tidy) <= MAX_RECORD) {
    return tidy;
  }
  const steps: readonly ((record: DeviceRecord) => DeviceRecord)[] = [
    (record) => ({ ...record, commands: record.commands.map(withoutResults) }),
    (record) => ({ ...record, history: record.history.slice(0, 2) }),
    (record) => ({ ...record, nodes: fewerNodes(record.nodes) }),
    (record) => ({ ...record, history: [], unsupported: {} }),
  ];
  let small: DeviceRecord = tidy;
  for (const step of steps) {
    small = sizeOf(small) <= MAX_RECORD ? small : step(small);
  }
  return small;
}

/** Octets that an entry has beside its texts, and all that is not counted, at most. */
const ENTRY = 256;
const REST = 8 * 1024;

/** Most records have no update, no queue and a few short values: that is seen without writing them out. */
function isClearlySmall({ nodes, update, history, commands, roots, unsupported }: DeviceRecord): boolean {
  if (update !== undefined || history.length > 0 || commands.length > 0 || roots.length > 4) {
    return false;
  }
  let size = REST;
  for (const uri in nodes) {
    size += ENTRY + uri.length + (nodes[uri]?.value?.length ?? 0);
  }
  for (const what in unsupported) {
    size += ENTRY + what.length;
  }
  // A character may take six when it is escaped.
  return size * 6 <= MAX_RECORD;
}

function sizeOf(device: DeviceRecord): number {
  return JSON.stringify(device).length;
}

/** All that wait, and the newest of those that are answered. */
function fitCommands(commands: readonly QueuedCommand[]): readonly QueuedCommand[] {
  const done = commands.filter(isDone);
  const dropped = new Set(done.slice(0, Math.max(0, done.length - MAX_ANSWERED_COMMANDS)));
  return dropped.size === 0 ? commands : commands.filter((command) => !dropped.has(command));
}

function isDone({ state }: QueuedCommand): boolean {
  return state === 'answered' || state === 'failed';
}

function withoutResults(command: QueuedCommand): QueuedCommand {
  const { results, ...rest } = command;
  return results === undefined || !isDone(command) ? command : { ...rest, truncated: true };
}

function fewerNodes(nodes: DeviceRecord['nodes']): DeviceRecord['nodes'] {
  const newest = Object.entries(nodes).sort((a, b) => b[1].at - a[1].at);
  return Object.fromEntries(newest.slice(0, 24));
}
