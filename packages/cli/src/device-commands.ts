import type { Command } from 'commander';

/** `fumarole device create|run|status|request-update|poke`. */
export function registerDeviceCommands(program: Command): void {
  program.command('device').description('virtual devices: create, run and steer them');
}
