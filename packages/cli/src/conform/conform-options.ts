import type { Selection } from '@fumarole/conform';
import type { Encoding } from '@fumarole/syncml';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { gather, wholeNumber } from '../context.ts';
import type { AccountOptions } from './account.ts';

export type ReportForm = 'text' | 'json' | 'junit';

/** What both ways round share. */
export interface CommonOptions extends AccountOptions, Selection {
  readonly report: ReportForm;
  readonly out?: string;
  readonly timeout?: number;
  readonly list?: boolean;
}

export function commonOptions(command: Command): Command {
  return command
    .option(
      '--account <file>',
      'both accounts, as `fumarole devices add --json` printed them (`-`: standard input)',
    )
    .option('--user <name>', 'without --account: the device’s name; its secret is FUMAROLE_CONFORM_SECRET')
    .option('--server-user <name>', 'without --account: the server’s name; FUMAROLE_CONFORM_SERVER_SECRET')
    .option('--only <checks>', 'only these checks or groups', gather)
    .option('--skip <checks>', 'all but these checks or groups', gather)
    .option('--list', 'name the checks and what they require, and stop')
    .option('--timeout <seconds>', 'longest wait for one answer (10)', wholeNumber(1, 600))
    .addOption(
      new Option('--report <form>', 'form of the report').choices(['text', 'json', 'junit']).default('text'),
    )
    .option('--out <file>', 'write the report to this file');
}

/** Option parser: `xml`, `wbxml` or both. */
export function encodings(text: string, before: readonly Encoding[] | undefined): readonly Encoding[] {
  return gather(text, before).map((name) => {
    if (name === 'xml' || name === 'wbxml') return name;
    throw new InvalidArgumentError(`${name} is neither xml nor wbxml.`);
  });
}
