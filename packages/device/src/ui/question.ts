import { type Alert, dataText, type Item } from '@fumarole/syncml';
import { MAX_ANSWER_CHARACTERS, MAX_CHOICES, MAX_TEXT_CHARACTERS, MAX_WAIT_MS } from './limits.ts';

/** What an alert 1100–1104 asks of the user (protocol §5). */
export interface Question {
  readonly kind: 'display' | 'confirm' | 'text' | 'single' | 'multiple';
  /** Without control characters, but for line ends. */
  readonly text: string;
  /** Numbered from 1; single and multiple only. */
  readonly choices: readonly string[];
  /** Milliseconds it is shown at least. */
  readonly minMs: number;
  /** Milliseconds after which there is no answer any more. */
  readonly maxMs: number;
  /** DR: what is proposed; it never counts as an answer by itself (P-052). */
  readonly proposal?: string;
  /** Characters of an answer. */
  readonly maxLength: number;
  readonly input: InputType;
  /** The answer is a password: do not show it. */
  readonly hidden: boolean;
}

/** `IT`: alphanumeric, numeric, date DDMMYYYY, time hhmmss, phone, IP address. */
export type InputType = 'A' | 'N' | 'D' | 'T' | 'P' | 'I';

const KINDS: Readonly<Record<string, Question['kind']>> = {
  1100: 'display',
  1101: 'confirm',
  1102: 'text',
  1103: 'single',
  1104: 'multiple',
};

const INPUTS: Readonly<Record<InputType, RegExp>> = {
  A: /^[^\p{Cc}]*$/u,
  N: /^[+-]?\d+(?:[.,]\d+)?$/,
  D: /^(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{4}$/,
  T: /^(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/,
  P: /^\+?[\dpws*#]+$/,
  I: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$/,
};

/** The question of an alert, or the status that answers it: 406 no such alert, 412 wrong Items, 416 can not be shown. */
export function questionOf(alert: Alert): Question | 406 | 412 | 416 {
  const kind = KINDS[alert.Data?.trim() ?? ''];
  if (kind === undefined) return 406;
  const [options, ...shown] = alert.items.map(textOf);
  const [text, ...choices] = shown.map(printable);
  const chooses = kind === 'single' || kind === 'multiple';
  if (options === undefined || text === undefined || (chooses && choices.length === 0)) return 412;
  const long = [text, ...choices].some(({ length }) => length > MAX_TEXT_CHARACTERS);
  if (long || choices.length > MAX_CHOICES) return 416;
  return { kind, text, choices: chooses ? choices : [], ...readOptions(options) };
}

/** Is this an answer to the question? Numbers of choices joined by `-`; `yes` or `no` are not answers but decisions. */
export function fits(question: Question, answers: readonly string[]): boolean {
  const [first] = answers;
  switch (question.kind) {
    case 'display':
    case 'confirm':
      return answers.length === 0;
    case 'text':
      if (first === undefined || answers.length !== 1) return false;
      return [...first].length <= question.maxLength && INPUTS[question.input].test(first);
    case 'single':
      return answers.length === 1 && answers.every((answer) => isChoice(question, answer));
    case 'multiple':
      return (
        new Set(answers).size === answers.length && answers.every((answer) => isChoice(question, answer))
      );
  }
}

function isChoice({ choices }: Question, answer: string): boolean {
  return /^[1-9]\d?$/.test(answer) && Number(answer) <= choices.length;
}

/** `KEY=value` joined by `&`, URL-encoded; unknown keys and values out of range are skipped (P-051). */
function readOptions(text: string): Omit<Question, 'kind' | 'text' | 'choices'> {
  const options = new URLSearchParams(text.trim());
  const seconds = (key: string) => positive(options.get(key));
  const proposal = options.get('DR');
  const input = options.get('IT') ?? 'A';
  return {
    minMs: Math.min((seconds('MINDT') ?? 0) * 1000, MAX_WAIT_MS),
    maxMs: Math.min((seconds('MAXDT') ?? Number.POSITIVE_INFINITY) * 1000, MAX_WAIT_MS),
    ...(proposal === null ? {} : { proposal: printable(proposal).slice(0, MAX_ANSWER_CHARACTERS) }),
    maxLength: Math.min(positive(options.get('MAXLEN')) ?? MAX_ANSWER_CHARACTERS, MAX_ANSWER_CHARACTERS),
    input: isInput(input) ? input : 'A',
    hidden: options.get('ET') === 'P',
  };
}

function isInput(text: string): text is InputType {
  return Object.hasOwn(INPUTS, text);
}

function positive(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

function textOf(item: Item): string {
  return dataText(item.Data) ?? '';
}

/** A server's text must not steer the terminal it is shown on. */
function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{C}\n]/gu, '');
}
