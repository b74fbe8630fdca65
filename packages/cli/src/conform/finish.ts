import { writeFile } from 'node:fs/promises';
import {
  type CheckGroup,
  type CheckResult,
  type ConformReport,
  inBrackets,
  jsonReport,
  junitReport,
  resultLine,
  textReport,
  totalLine,
  totalsOf,
  unknownNames,
} from '@fumarole/conform';
import { CliError, ExitCode } from '../cli-error.ts';
import { fileError } from '../file-error.ts';
import type { Output } from '../output.ts';
import type { CommonOptions, ReportForm } from './conform-options.ts';

const FORMS: Readonly<Record<ReportForm, (report: ConformReport) => string>> = {
  text: textReport,
  json: jsonReport,
  junit: junitReport,
};

/** True when only the list of checks was asked for. @throws CliError `usage` for names that no check has. */
export function listed(
  groups: readonly CheckGroup<never>[],
  options: CommonOptions,
  output: Output,
): boolean {
  const unknown = unknownNames(groups, options);
  if (unknown.length > 0) throw new CliError('usage', `no such check or group: ${unknown.join(', ')}`);
  if (options.list !== true) return false;
  for (const { id, title, checks } of groups) {
    output.write(`${id}: ${title}\n`);
    for (const check of checks) {
      output.write(`  ${check.id.padEnd(28)} ${check.title}${inBrackets(check.requirements)}\n`);
    }
  }
  return true;
}

/** Tells each verdict as it falls, where the report goes elsewhere or comes in another form. */
export function teller({ report, out }: CommonOptions, output: Output): (result: CheckResult) => void {
  const quiet = report === 'text' && out === undefined;
  return quiet ? () => undefined : (result) => output.warn(`${resultLine(result)}\n`);
}

/** Writes the report and sets the exit code. @throws CliError `no-verdict`, `file` */
export async function finish(report: ConformReport, options: CommonOptions, output: Output): Promise<void> {
  const text = FORMS[options.report](report);
  if (options.out === undefined) output.write(text);
  else {
    const { out } = options;
    await writeFile(out, text).catch((error: unknown) => {
      throw fileError(out, error);
    });
    output.warn(`${totalLine(report.results)}\n`);
  }
  const { passed, failed } = totalsOf(report.results);
  if (failed > 0) process.exitCode = ExitCode.failure;
  else if (passed === 0) throw new CliError('no-verdict');
}
