/** Single tree commands of operators: kept with the device, sent at its next contact. */
import {
  MAX_COMMAND_VALUE,
  MAX_QUEUED_COMMANDS,
  MAX_WAITING_VALUES,
  type QueuedCommand,
} from '@fumarole/fumo/server';
import { changeDevice, operatorLine } from './change-device.ts';
import { type CommandOrder, FleetError } from './fleet.ts';
import type { FleetPorts } from './fleet-ports.ts';

/** tree.md §2: `.` or `./a/b`, with an optional `?prop=` or `?list=`; at most 255 characters in all. */
const URI = /^(?:\.|(?:\.\/)?[^\s/?#\\]+(?:\/[^\s/?#\\]+)*)(?:\?(?:prop|list)=[A-Za-z+-]+)?$/;
const MAX_URI = 255;

/** @throws FleetError `command-invalid`, `command-limit`, `device-unknown`. */
export async function queueCommand(
  ports: FleetPorts,
  deviceId: string,
  order: CommandOrder,
): Promise<QueuedCommand> {
  checkOrder(order);
  const at = ports.now();
  const id = [...ports.random(8)].map((octet) => octet.toString(16).padStart(2, '0')).join('');
  const { verb, uri, value, format, type, correlator } = order;
  const command: QueuedCommand = {
    id,
    verb,
    uri,
    ...(value === undefined ? {} : { value }),
    ...(format === undefined ? {} : { format }),
    ...(type === undefined ? {} : { type }),
    ...(correlator === undefined ? {} : { correlator }),
    state: 'queued',
    queuedAt: at,
  };
  await changeDevice(ports, deviceId, (device) => {
    const waiting = device.commands.filter(({ state }) => state === 'queued' || state === 'sent');
    if (waiting.length >= MAX_QUEUED_COMMANDS) {
      throw new FleetError('command-limit', `${waiting.length} commands wait for ${deviceId} already`);
    }
    const characters = waiting.reduce((sum, one) => sum + (one.value?.length ?? 0), value?.length ?? 0);
    if (characters > MAX_WAITING_VALUES) {
      throw new FleetError('command-limit', `values of ${characters} characters would wait for ${deviceId}`);
    }
    const line = operatorLine(at, `${verb} ${uri} is queued`);
    return { device: { ...device, commands: [...device.commands, command] }, log: [line] };
  });
  return command;
}

function checkOrder({ verb, uri, value }: CommandOrder): void {
  const climbs = uri
    .replace(/^\.\//, '')
    .split('/')
    .some((segment) => segment === '..' || segment === '.');
  if (uri.length > MAX_URI || !URI.test(uri) || (climbs && uri !== '.')) {
    throw new FleetError('command-invalid', 'the URI is ./a/b with at most 255 characters and no blanks');
  }
  if (uri.includes('?list=') && verb !== 'get') {
    throw new FleetError('command-invalid', '?list= can only be read');
  }
  if ((value?.length ?? 0) > MAX_COMMAND_VALUE) {
    throw new FleetError('command-invalid', `a value has at most ${MAX_COMMAND_VALUE} characters`);
  }
  if (verb === 'set' && value === undefined) {
    throw new FleetError('command-invalid', 'set needs a value');
  }
}
