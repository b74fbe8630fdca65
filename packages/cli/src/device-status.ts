import type { DeviceStatus } from '@fumarole/device';
import type { Command } from 'commander';
import { jsonCommand, outputOf } from './context.ts';
import { ask } from './device-calls.ts';
import { type Output, printFacts, printJson, printTable, sizeText } from './output.ts';

export function registerStatus(device: Command): void {
  jsonCommand(device, 'status <dir>', 'what a running device is and does').action(
    async (dir: string, _options: unknown, command: Command) => {
      const output = outputOf(command);
      // The other end is this program.
      const status = (await ask(dir, { command: 'status' })) as DeviceStatus;
      if (output.json) printJson(output, status);
      else printStatus(output, status);
    },
  );
}

function printStatus(output: Output, status: DeviceStatus): void {
  printFacts(output, [
    ['device', status.devId],
    ['model', `${status.man} ${status.mod}`],
    ['firmware', `${status.fwV} (release ${status.release}, slot ${status.slot})`],
    ['image', status.imageSha256],
    ['accounts', status.servers.length === 0 ? 'none yet' : status.servers.join(', ')],
    ['results owed', status.alertsOwed === 0 ? undefined : status.alertsOwed],
    ['wake port', status.wakePort],
    ['HTTP push port', status.httpPushPort],
    [
      'last session',
      status.lastSession && `${new Date(status.lastSession.at).toISOString()} ${status.lastSession.outcome}`,
    ],
  ]);
  printTable(
    output,
    [
      { head: 'root', cell: ({ uri }) => uri },
      { head: 'State', cell: ({ state, stateName }) => `${state} ${stateName}` },
      { head: 'operation', cell: ({ operation }) => operation },
      { head: 'package', cell: ({ received }) => sizeText(received), right: true },
      { head: 'last result', cell: ({ lastResult }) => lastResult, right: true },
    ],
    status.roots,
    'no firmware update object',
  );
}
