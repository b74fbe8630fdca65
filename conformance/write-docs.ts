import { basename } from 'node:path';
import type { Coverage, Row } from './coverage.ts';

/** `docs/conformance.md`: the same for everybody who has the same tests, whatever the day and the machine. */
export function writeDocs(coverage: Coverage): string {
  const { rows, totals } = coverage;
  const digests = [...new Set(rows.map(({ requirement }) => requirement.digest))];
  return [
    '<!-- Written by `npm run conformance -- --write-docs`; CI checks that it is up to date. -->',
    '# Conformance',
    '',
    'The numbered requirements are those of the digests of the standards that Fumarole is built by: OMA DM 1.2 (protocol,',
    'representation, tree, standard objects, notification and bootstrap), FUMO 1.0, Download OTA 1.0, and notes on what',
    'deployed devices do. Each is met and proved by tests that name it in their title, or stands with the reason why it is',
    'not applicable. `npm run conformance` runs the tests and prints one line for each.',
    '',
    '| digest | requirements | proved | not applicable | open |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...digests.map((digest) => totalsRow(digest, rows)),
    `| all | ${rows.length} | ${totals.passed} | ${totals['n/a']} | ${totals.failed + totals['not covered']} |`,
    '',
    ...faultsPart(coverage),
    ...digests.flatMap((digest) => digestPart(digest, rows)),
  ].join('\n');
}

function totalsRow(digest: string, rows: readonly Row[]): string {
  const own = rows.filter(({ requirement }) => requirement.digest === digest);
  const count = (verdict: Row['verdict']) => own.filter((row) => row.verdict === verdict).length;
  const open = count('failed') + count('not covered');
  return `| ${digest} | ${own.length} | ${count('passed')} | ${count('n/a')} | ${open} |`;
}

function faultsPart({ untouched }: Coverage): readonly string[] {
  if (untouched === undefined) {
    return [];
  }
  return [
    '## The suite proves itself',
    '',
    '`conformance/faults/` keeps seeded faults; with each, the tests of the ids that it names go red. Proved ids that no',
    `fault touches: ${untouched.length === 0 ? 'none' : untouched.join(' ')}.`,
    '',
  ];
}

function digestPart(digest: string, rows: readonly Row[]): readonly string[] {
  const own = rows.filter(({ requirement }) => requirement.digest === digest);
  return [
    `## ${digest}`,
    '',
    '| id | requirement | proved by |',
    '| --- | --- | --- |',
    ...own.map(tableRow),
    '',
  ];
}

function tableRow({ requirement: { id, side, text }, verdict, files, reason }: Row): string {
  const whose = side === undefined ? '' : ` *(${side})*`;
  return `| ${id} | ${cell(text)}${whose} | ${verdict === 'passed' ? files.map(link).join(' ') : cell(openText(verdict, reason))} |`;
}

function openText(verdict: Row['verdict'], reason: string | undefined): string {
  return verdict === 'n/a' ? `not applicable: ${reason}` : `**${verdict}**`;
}

function link(file: string): string {
  return `[${basename(file, '.test.ts')}](../${file})`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}
