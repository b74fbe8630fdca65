/** Tree commands of operators: kept with the device, sent at its next contact. */
import {
  MAX_QUEUED_COMMANDS,
  MAX_WAITING_VALUES,
  nameOf,
  type QueuedCommand,
  whyNot,
} from '@fumarole/fumo/server';
import { changeDevice, operatorLine } from './change-device.ts';
import { checkOrder } from './check-order.ts';
import { type CommandOrder, FleetError } from './fleet.ts';
import type { FleetPorts } from './fleet-ports.ts';

/** @throws FleetError `command-invalid`, `command-limit`, `device-unknown`. */
export async function queueCommand(
  ports: FleetPorts,
  deviceId: string,
  order: CommandOrder,
): Promise<QueuedCommand> {
  const checked = checkOrder(order);
  const at = ports.now();
  const id = [...ports.random(8)].map((octet) => octet.toString(16).padStart(2, '0')).join('');
  const command: QueuedCommand = { ...checked, id, state: 'queued', queuedAt: at };
  await changeDevice(ports, deviceId, (device) => {
    const refusal = whyNot(device, command);
    if (refusal !== undefined) throw new FleetError('command-invalid', refusal);
    const waiting = device.commands.filter(({ state }) => state === 'queued' || state === 'sent');
    if (waiting.length >= MAX_QUEUED_COMMANDS) {
      throw new FleetError('command-limit', `${waiting.length} commands wait for ${deviceId} already`);
    }
    const characters = [...waiting, command].reduce((sum, one) => sum + charactersOf(one), 0);
    if (characters > MAX_WAITING_VALUES) {
      throw new FleetError('command-limit', `values of ${characters} characters would wait for ${deviceId}`);
    }
    const line = operatorLine(at, `${nameOf(command)} is queued`);
    return { device: { ...device, commands: [...device.commands, command] }, log: [line] };
  });
  return command;
}

/** What a waiting command takes of the record beside its names. */
function charactersOf({
  value = '',
  alert,
  commands = [],
}: Pick<QueuedCommand, 'value' | 'alert' | 'commands'>): number {
  const shown = alert === undefined ? 0 : [alert.options, ...alert.texts].join('').length;
  return value.length + shown + commands.reduce((sum, step) => sum + step.uri.length + charactersOf(step), 0);
}
