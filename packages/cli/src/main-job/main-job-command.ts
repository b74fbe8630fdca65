import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ExitCode } from '../cli-error.ts';
import { DEFAULT_DATA } from '../client-config.ts';
import { wholeNumber } from '../context.ts';
import { stopSignal } from '../stop-signal.ts';
import type { Ending } from './follow.ts';
import { openScreen } from './screen.ts';

interface MainJobFlags {
  readonly once?: boolean;
  readonly json?: boolean;
  readonly data: string;
  readonly port: number;
}

/** `fumarole main-job` (also `npm start`): seven real firmware updates, each through another flow of the standard. */
export function registerMainJob(program: Command): void {
  program
    .command('main-job')
    .description('update seven virtual hubs with real firmware, each through another flow')
    .option('--once', 'exit when all are done: 0 when every hub is confirmed, 1 otherwise')
    .option('--json', 'print one JSON object per line')
    .addOption(
      new Option('--data <folder>', 'folder of the demonstration, emptied at each run').default(
        join(DEFAULT_DATA, 'main-job'),
      ),
    )
    .option('--port <port>', 'port of the server', wholeNumber(0, 65_535), 8080)
    .action(async (flags: MainJobFlags) => {
      const { runMainJob } = await import('./run-main-job.ts');
      const screen = openScreen(process.stdout, flags.json === true);
      const job = await runMainJob({ data: flags.data, port: flags.port, screen });
      screen.done();
      const failed = job.endings.filter(({ confirmed }) => !confirmed);
      for (const { hub, note } of failed) process.stderr.write(`${hub}: ${note}\n`);
      if (failed.length > 0) process.exitCode = ExitCode.failure;
      if (flags.once !== true) {
        screen.say(tryNext(job.url, job.endings));
        await stopSignal();
      }
      await job.stop();
    });
}

function tryNext(url: string, endings: readonly Ending[]): string {
  const confirmed = endings.filter((ending) => ending.confirmed).length;
  return `
${confirmed} of ${endings.length} confirmed. The server stays up and the hubs keep polling; Ctrl-C stops everything.

Try next, in another terminal of this folder:
  npx fumarole devices list
  npx fumarole why urn:hub:movehub
  npx fumarole timeline urn:hub:technichub
  npx fumarole sessions list          then: npx fumarole trace SESSION
  npx fumarole device-tree get urn:hub:nxt ./DevDetail/FwV
Or open ${url}/api/docs`;
}
