import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Question } from './question.ts';
import type { Prompter, Reply } from './user-interaction.ts';

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Asks the person at a terminal, one line for an answer. An empty line takes what the server proposed; `c` cancels; end of input too. */
export function terminalPrompter({ input, output }: Terminal): Prompter {
  return {
    async ask(question, signal, again) {
      output.write(`\n${again ? 'That is no answer to the question.\n' : ''}${question.text}\n`);
      question.choices.forEach((choice, at) => void output.write(`  ${at + 1}  ${choice}\n`));
      if (question.kind === 'display') return { kind: 'shown' };
      output.write(`${hint(question)} `);
      const line = await readLine({ input, output }, question.hidden, signal);
      return line === undefined ? { kind: 'cancel' } : replyOf(question, line);
    },
  };
}

/** One line without its end; undefined at the end of the input or when nobody waits any more. */
async function readLine(
  terminal: Terminal,
  hidden: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = hidden ? silent : terminal.output;
  const lines = createInterface({ input: terminal.input, output, terminal: hidden });
  try {
    return await new Promise<string | undefined>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  } finally {
    lines.close();
  }
}

function replyOf(question: Question, line: string): Reply {
  const text = line === '' ? (question.proposal ?? '') : line;
  const word = text.trim().toLowerCase();
  if (question.kind === 'confirm') {
    if (word === 'y' || word === 'yes' || word === '1') return { kind: 'yes' };
    if (word === 'n' || word === 'no' || word === '0') return { kind: 'no' };
  }
  if (word === 'c' && question.kind !== 'text') return { kind: 'cancel' };
  if (question.kind === 'text') return { kind: 'answer', answers: [text] };
  return { kind: 'answer', answers: word === '' ? [] : word.split(/[-,\s]+/) };
}

function hint({ kind, proposal, hidden }: Question): string {
  const proposed = proposal === undefined || hidden ? '' : ` [${proposal}]`;
  const ways = { display: '', confirm: 'y/n', text: '', single: 'number', multiple: 'numbers, joined by -' };
  return kind === 'text' ? `${proposed}>` : `(${ways[kind]}, c cancels)${proposed}>`;
}
