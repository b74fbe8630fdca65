import type { SessionReport } from '@fumarole/device';
import type { Command } from 'commander';
import { jsonCommand, outputOf } from './context.ts';
import { ask } from './device-calls.ts';
import { type Output, printJson } from './output.ts';

interface SteeringOptions {
  readonly root?: string;
  readonly serverId?: string;
  readonly byDevice?: boolean;
}

export function registerSteering(device: Command): void {
  jsonCommand(
    device,
    'request-update <dir>',
    'ask the server for an update, as its user (or the device itself) would',
  )
    .option('--by-device', 'send a devicerequest instead of a userrequest')
    .option('--root <uri>', 'the firmware update object that is meant; default: all firmware')
    .option('--server-id <id>', 'the account to ask; default: the first')
    .action(async (dir: string, options: SteeringOptions, command: Command) => {
      const { byDevice, ...rest } = options;
      const by = byDevice === true ? 'device' : 'user';
      printReport(outputOf(command), await session(dir, { command: 'request-update', by, ...rest }));
    });
  jsonCommand(device, 'poke <dir>', 'open a session with the server now')
    .option('--server-id <id>', 'the account to use; default: the first')
    .action(async (dir: string, options: SteeringOptions, command: Command) => {
      printReport(outputOf(command), await session(dir, { command: 'poke', ...options }));
    });
}

async function session(dir: string, request: Readonly<Record<string, unknown>>): Promise<SessionReport> {
  // The other end is this program.
  return (await ask(dir, request)) as SessionReport;
}

function printReport(output: Output, report: SessionReport): void {
  if (output.json) {
    printJson(output, report);
  } else if (report.outcome === 'failed') {
    output.warn(`Session ${report.sessionID} failed: ${report.reason ?? 'no reason'}\n`);
  } else {
    const messages = report.messages === 1 ? '1 message' : `${report.messages} messages`;
    output.write(
      `Session ${report.sessionID} ended after ${messages}.${requestText(report.requestStatus)}\n`,
    );
  }
  if (report.outcome === 'failed') process.exitCode = 1;
}

function requestText(status: number | undefined): string {
  switch (status) {
    case undefined:
      return '';
    case 200:
      return ' The server has an update and started it.';
    case 202:
      return ' The server has nothing now, or will come back later.';
    default:
      return ` The request was answered ${status}.`;
  }
}
