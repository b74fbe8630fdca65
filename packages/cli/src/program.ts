import { Command } from 'commander';
import { registerBackup } from './commands/backup.ts';
import { registerBootstrap } from './commands/bootstrap.ts';
import { registerDeviceTree } from './commands/device-tree.ts';
import { registerDevices } from './commands/devices.ts';
import { registerEvents } from './commands/events.ts';
import { registerKeys } from './commands/keys.ts';
import { registerModels } from './commands/models.ts';
import { registerPackages } from './commands/packages.ts';
import { registerServe } from './commands/serve.ts';
import { registerSessions } from './commands/sessions.ts';
import { registerUpdates } from './commands/updates.ts';
import { registerWhy } from './commands/why.ts';
import { registerConform } from './conform/conform-command.ts';
import { registerDecode } from './decode/decode-command.ts';
import { registerDeviceCommands } from './device-commands.ts';
import { registerMainJob } from './main-job/main-job-command.ts';
import { registerPackageCommands } from './package-commands.ts';
import { registerTrace } from './trace/trace-command.ts';

/** The `fumarole` command with everything it can do; a usage error throws commander's error instead of exiting. */
export function buildProgram(version: string): Command {
  const program = new Command('fumarole')
    .description('Firmware over the air by the open standard: OMA DM 1.2 with FUMO 1.0')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .enablePositionalOptions();
  program.commandsGroup('Server:');
  registerServe(program);
  registerBackup(program);
  program.commandsGroup('Fleet:');
  registerDevices(program);
  registerBootstrap(program);
  registerDeviceTree(program);
  registerModels(program);
  registerUpdates(program);
  registerWhy(program);
  registerSessions(program);
  registerTrace(program);
  registerEvents(program);
  program.commandsGroup('Packages:');
  registerPackages(program);
  registerKeys(program);
  registerPackageCommands(program);
  program.commandsGroup('Tools:');
  registerDecode(program);
  registerConform(program, version);
  program.commandsGroup('Devices and demonstration:');
  registerDeviceCommands(program);
  registerMainJob(program);
  return program;
}
