import { expect, it } from 'vitest';
import { type Output, printable, printFacts, printJson, printTable, sizeText } from './output.ts';

function capture(json = false): { readonly output: Output; readonly text: () => string } {
  let text = '';
  const write = (piece: string): void => {
    text += piece;
  };
  return { output: { json, columns: undefined, write, warn: write }, text: () => text };
}

it('prints a table without borders, colours or trailing blanks when nobody looks', () => {
  const { output, text } = capture();
  const columns = [
    { head: 'NAME', cell: ({ name }: { name: string; n?: number }) => name },
    { head: 'N', cell: ({ n }: { name: string; n?: number }) => n, right: true },
  ];
  printTable(output, columns, [{ name: 'a', n: 10 }, { name: 'longer' }], 'none');
  expect(text()).toBe('NAME     N\na       10\nlonger   –\n');
});

it('says so when there is nothing to list', () => {
  const { output, text } = capture();
  printTable(output, [{ head: 'X', cell: () => 'x' }], [], 'Nothing yet.');
  expect(text()).toBe('Nothing yet.\n');
});

it('prints one line of JSON to a pipe', () => {
  const { output, text } = capture(true);
  printJson(output, [{ a: 1 }]);
  expect(text()).toBe('[{"a":1}]\n');
});

it('leaves out facts that are not known', () => {
  const { output, text } = capture();
  printFacts(output, [
    ['maker', 'ACME'],
    ['model', undefined],
    ['hardware', 'r2'],
  ]);
  expect(text()).toBe('maker     ACME\nhardware  r2\n');
});

it('lets no device steer the terminal', () => {
  expect(printable('a\x1b[2Jb\x07\r')).toBe('a\\x1b[2Jb\\x07\\x0d');
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [612_345, '612.3 kB'],
  [2_500_000, '2.5 MB'],
])('%d octets are %s', (octets, text) => {
  expect(sizeText(octets)).toBe(text);
});
