/** The sequence diagram for a terminal, and plain for a file. */
import { colorsOf, type Output, printable } from '../output.ts';
import { cut, padded, textWidth, wrapped } from '../text-width.ts';
import {
  alikeWord,
  condensed,
  durationWord,
  folded,
  numberWord,
  octetsWord,
  type SessionTrace,
  shortened,
  type TraceStep,
} from './session-trace.ts';

/** Where the terminal tells no width; a line of text wider than the maximum is hard to read. */
const PLAIN_WIDTH = 100;
const MIN_WIDTH = 48;
const MAX_WIDTH = 120;
/** Text stands so far from the line of the one who speaks. */
const INSET = 2;

type Colors = ReturnType<typeof colorsOf>;

/** Draws who says what, and when; `all`: exchanges alike, too, each for itself. */
export function drawDiagram(
  output: Output,
  trace: SessionTrace,
  options: { readonly all?: boolean } = {},
): void {
  const width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, output.columns ?? PLAIN_WIDTH));
  const pen = new Pen(width, colorsOf(output), options.all === true);
  const lines = [
    pen.heads(trace),
    pen.line(''),
    ...folded(trace.steps, options.all === true).flatMap((shown) =>
      shown.kind === 'alike' ? pen.alike(shown.steps) : pen.step(shown.step, shown.since),
    ),
    pen.feet(),
  ];
  for (const line of lines) output.write(`${line.trimEnd()}\n`);
}

class Pen {
  readonly #all: boolean;
  readonly #width: number;
  readonly #colors: Colors;

  constructor(width: number, colors: Colors, all: boolean) {
    this.#all = all;
    this.#width = width;
    this.#colors = colors;
  }

  heads({ device, server }: SessionTrace): string {
    const { bold, cyan, magenta } = this.#colors;
    const half = Math.floor((this.#width - 3) / 2);
    const [left, right] = [cut(printable(device), half), cut(printable(server), half)];
    const gap = this.#width - textWidth(left) - textWidth(right);
    const names = `${bold(cyan(left))}${' '.repeat(gap)}${bold(magenta(right))}`;
    const roles = `device${' '.repeat(this.#width - 12)}server`;
    return `${this.#colors.dim(roles)}\n${names}`;
  }

  feet(): string {
    const { dim } = this.#colors;
    return dim(`╵${' '.repeat(this.#width - 2)}╵`);
  }

  /** Text between the two lifelines. */
  line(text: string, shownWidth: number = textWidth(text)): string {
    const bar = this.#colors.dim('│');
    return `${bar}${text}${' '.repeat(Math.max(0, this.#width - 2 - shownWidth))}${bar}`;
  }

  step(step: TraceStep, since: number): readonly string[] {
    return [this.#arrow(step, since), ...this.#sentences(step), this.line('')];
  }

  alike(steps: readonly TraceStep[]): readonly string[] {
    const { dim, yellow } = this.#colors;
    const text = `⋮  ${alikeWord(steps)}`;
    const start = Math.max(1, Math.floor((this.#width - 2 - textWidth(text)) / 2));
    const bar = dim('┊');
    const rest = Math.max(0, this.#width - 2 - start - textWidth(text));
    return [`${bar}${' '.repeat(start)}${yellow(text)}${' '.repeat(rest)}${bar}`, this.line('')];
  }

  /** `├─ message 1 · 512 octets of WBXML ───── 10:00:01.123 ─▶` and, from the server, the other way. */
  #arrow(step: TraceStep, since: number): string {
    const { dim, bold, cyan, magenta, red } = this.#colors;
    const fromDevice = step.from === 'device';
    const color = step.message === undefined ? red : fromDevice ? cyan : magenta;
    const http = step.status === undefined || step.status === 200 ? '' : ` · HTTP ${step.status}`;
    const time = new Date(step.at).toISOString().slice(11, 23);
    const when = fromDevice ? time : `+${durationWord(since)}`;
    const label = ` ${numberWord(step)} `;
    // a narrow terminal has no room for all of it
    const roomFor = (one: string): number =>
      this.#width - 8 - textWidth(label) - textWidth(one) - textWidth(when);
    const facts =
      [`· ${octetsWord(step)}${http} `, `· ${step.bytes} B${http} `].find((one) => roomFor(one) >= 2) ?? '';
    const room = roomFor(facts);
    const shaft = color('─'.repeat(Math.max(1, room)));
    const shown = `${bold(label)}${dim(facts)}`;
    return fromDevice
      ? `${dim('├')}${color('─')}${shown}${shaft} ${dim(when)} ${color('──▶')}${dim('│')}`
      : `${dim('│')}${color('◀──')} ${dim(when)} ${shaft}${shown}${color('─')}${dim('┤')}`;
  }

  #sentences(step: TraceStep): readonly string[] {
    const inner = this.#width - 2;
    // the server's words stand nearer to its side
    const left = step.from === 'device' ? INSET : Math.max(INSET, Math.floor(inner / 5));
    const right = step.from === 'device' ? Math.max(INSET, Math.floor(inner / 5)) : INSET;
    const said = condensed(step.says, this.#all).map((told) =>
      typeof told === 'string' ? printable(shortened(told)) : `  … and ${told.more.length} more of the kind`,
    );
    const lines = said.flatMap((sentence) => {
      const indent = /^ */.exec(sentence)?.[0].length ?? 0;
      const room = inner - left - right - indent;
      return wrapped(sentence.trim(), room).map((line, at) => ({
        text: `${' '.repeat(left + indent + (at > 0 ? 2 : 0))}${line}`,
        color: this.#colorOf(sentence),
      }));
    });
    const outcome =
      step.outcome === undefined ? [] : wrapped(`(${printable(step.outcome)})`, inner - left - right);
    return [
      ...lines.map(({ text, color }) => this.line(color(text), textWidth(text))),
      ...outcome.map((text) => this.line(this.#colors.yellow(padded(text, left)), textWidth(text) + left)),
    ];
  }

  /** By the class of a status; what is kept short is dim. */
  #colorOf(sentence: string): (text: string) => string {
    const { green, red, yellow, reset } = this.#colors;
    const status = /^\s*To .*?: (\d)\d\d /.exec(sentence)?.[1];
    if (status === '4' || status === '5') return red;
    if (status === '2') return green;
    return status === undefined ? reset : yellow;
  }
}
