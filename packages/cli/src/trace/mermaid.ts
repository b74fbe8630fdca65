import {
  alikeWord,
  condensed,
  durationWord,
  folded,
  numberWord,
  octetsWord,
  type SessionTrace,
  type Shown,
  shortened,
} from './session-trace.ts';

const MAX_LINE = 110;

/** The session as a Mermaid sequence diagram: each message an arrow, what it says a note beside it. */
export function mermaidOf(
  { device, server, steps }: SessionTrace,
  options: { readonly all?: boolean } = {},
): string {
  const shown = folded(steps, options.all === true);
  const lines = [
    'sequenceDiagram',
    `    participant D as ${text(device)}`,
    `    participant S as ${text(server)}`,
    ...shown.flatMap((one) => linesOf(one, options.all === true)),
  ];
  return `${lines.join('\n')}\n`;
}

function linesOf(one: Shown, all: boolean): readonly string[] {
  if (one.kind === 'alike') return [`    Note over D,S: ${text(alikeWord(one.steps))}`];
  const { step, since } = one;
  const [from, to, place] = step.from === 'device' ? ['D', 'S', 'left of D'] : ['S', 'D', 'right of S'];
  const http = step.status === undefined || step.status === 200 ? '' : `, HTTP ${step.status}`;
  const after = since === 0 ? '' : `, after ${durationWord(since)}`;
  const arrow = step.message === undefined ? '-x' : step.from === 'device' ? '->>' : '-->>';
  const told = condensed(step.says, all).map((one) =>
    typeof one === 'string' ? one : `… and ${one.more.length} more of the kind`,
  );
  const says = [...told, ...(step.outcome === undefined ? [] : [`(${step.outcome})`])];
  const note = says.map((sentence) => text(cutLine(shortened(sentence)))).join('<br/>');
  return [
    `    ${from}${arrow}${to}: ${text(`${numberWord(step)}, ${octetsWord(step)}${http}${after}`)}`,
    ...(note === '' ? [] : [`    Note ${place}: ${note}`]),
  ];
}

function cutLine(sentence: string): string {
  return sentence.length <= MAX_LINE ? sentence : `${sentence.slice(0, MAX_LINE - 1)}…`;
}

/** Mermaid reads `#…;` as a character, `;` as the end of a statement, and HTML in texts. */
function text(value: string): string {
  return value.replace(/[#;<>&"%{}\p{C}\u2028\u2029]/gu, (character) => `#${character.codePointAt(0)};`);
}
