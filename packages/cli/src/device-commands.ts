import type { Command } from 'commander';
import { registerBootstrapFile } from './device-bootstrap.ts';
import { registerCreate } from './device-create.ts';
import { registerDdf } from './device-ddf.ts';
import { registerRun } from './device-run.ts';
import { registerSms } from './device-sms.ts';
import { registerStatus } from './device-status.ts';
import { registerSteering } from './device-steering.ts';

/** `fumarole device create|run|status|ddf|request-update|poke|bootstrap`: devices in directories of this machine. */
export function registerDeviceCommands(program: Command): void {
  const device = program
    .command('device')
    .description('devices on this machine: create, run and steer them')
    .addHelpText(
      'after',
      `
A device is a directory: its configuration, two firmware slots, its journal and its management tree.

  fumarole device create ./hub --device hub-1 --manufacturer Acme --model M1 --hardware 1 \\
      --image hub-1.0.bin --firmware-version 1.0 --release 1 --publisher KEY \\
      --account account.json --url http://127.0.0.1:8080/dm
  fumarole device run ./hub
  fumarole device request-update ./hub`,
    );
  registerCreate(device);
  registerRun(device);
  registerStatus(device);
  registerDdf(device);
  registerSms(device);
  registerSteering(device);
  registerBootstrapFile(device);
}
