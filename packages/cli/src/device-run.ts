import { resolve } from 'node:path';
import type { DeviceEvent } from '@fumarole/device';
import type { Command } from 'commander';
import { jsonCommand, outputOf } from './context.ts';
import { withRuntime } from './device-calls.ts';
import { colorsOf, type Output, sizeText } from './output.ts';
import { stopSignal } from './stop-signal.ts';

interface RunOptions {
  readonly untilIdle?: boolean;
  readonly ask?: boolean;
}

export function registerRun(device: Command): void {
  jsonCommand(device, 'run <dir...>', 'run one or more devices until they are stopped (Ctrl-C)')
    .option('--until-idle', 'exit once nothing is pending any more')
    .option(
      '--ask',
      'ask here, as the user of the devices, before downloads and updates and what servers ask',
    )
    .action((dirs: readonly string[], options: RunOptions, command: Command) =>
      withRuntime(async ({ DeviceHost, terminalPrompter }) => {
        const output = outputOf(command);
        // Standard output holds the events.
        const terminal = { input: process.stdin, output: process.stderr };
        const host = new DeviceHost(options.ask === true ? { prompter: terminalPrompter(terminal) } : {});
        const quarters = new Map<string, number>();
        host.onEvent((dir, event) => {
          if (isNews(quarters, dir, event)) printEvent(output, dir, event);
        });
        const devices = await Promise.all(dirs.map((dir) => host.start(resolve(dir))));
        if (options.untilIdle === true) {
          await Promise.all(devices.map((one) => one.whenIdle(2 ** 31 - 1)));
        } else {
          await stopSignal();
        }
        await host.stop();
      }),
    );
}

/** Progress is told at each quarter; nobody reads a line for each block. */
function isNews(quarters: Map<string, number>, dir: string, event: DeviceEvent): boolean {
  if (event.kind !== 'progress') return true;
  const quarter = event.total === undefined ? -1 : Math.floor((4 * event.bytes) / Math.max(1, event.total));
  const key = `${dir} ${event.root} ${event.step}`;
  if (quarters.get(key) === quarter) return false;
  quarters.set(key, quarter);
  return true;
}

function printEvent(output: Output, dir: string, event: DeviceEvent): void {
  if (output.json) {
    output.write(`${JSON.stringify({ dir, ...event })}\n`);
    return;
  }
  const colors = colorsOf(output);
  const time = new Date(event.at).toISOString().slice(11, 23);
  const text = eventText(event);
  output.write(
    `${colors.dim(time)} ${dir.split(/[\\/]/).at(-1)}  ${event.kind === 'error' ? colors.red(text) : text}\n`,
  );
}

function eventText(event: DeviceEvent): string {
  switch (event.kind) {
    case 'started':
      return `runs ${event.fwV} from slot ${event.slot}`;
    case 'state':
      return `${event.root} State ${event.state} ${event.name}`;
    case 'progress':
      return `${event.step} ${sizeText(event.bytes)}${event.total === undefined ? '' : ` of ${sizeText(event.total)}`}`;
    case 'session':
      return `session ${event.sessionID} with ${event.serverId} ${event.phase}${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'alert':
      return `result ${event.code} of ${event.type.split('.').at(-1)} ${event.phase}`;
    case 'boot':
      return `slot ${event.slot} ${event.outcome}`;
    case 'wake':
      return `package 0 ${event.accepted ? 'accepted' : 'dropped'}: ${event.reason}`;
    case 'bootstrap':
      return `bootstrap by ${event.way} ${event.accepted ? 'accepted' : 'refused'}: ${event.reason}`;
    case 'power-cut':
      return `power cut at ${event.phase} (simulated)`;
    case 'step':
    case 'error':
      return event.text;
    case 'stopped':
      return 'stopped';
  }
}
