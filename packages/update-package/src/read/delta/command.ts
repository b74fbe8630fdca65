import type { BitCoder } from './bit-coder.ts';
import { NumberModel } from './number-model.ts';

/** Octets of the new image: first such as the old one has at another place, but for changes; then new ones. */
export interface Command {
  readonly newPosition: number;
  readonly oldPosition: number;
  /** Octets copied, and corrected. */
  readonly copied: number;
  /** Octets behind those that come whole. */
  readonly added: number;
}

/** Positions have 31 bits, a folded jump one more than fits: it is below 2^32. */
const MAX_DIGITS = 31;
const Context = { copied: 0, added: 1, jump: 2 } as const;

/**
 * Codes all commands; an encoder gives them, a decoder their number alone. Positions are not checked here: the reader
 * does ({@link checkCommands}).
 */
export function codeCommands(coder: BitCoder, count: number, given?: readonly Command[]): Command[] {
  const numbers = new NumberModel(3, MAX_DIGITS);
  const commands: Command[] = [];
  let newPosition = 0;
  let oldEnd = 0;
  for (let i = 0; i < count; i++) {
    const { copied, added, oldPosition } = given?.[i] ?? { copied: 0, added: 0, oldPosition: oldEnd };
    const copy = numbers.code(coder, copied, Context.copied);
    const add = numbers.code(coder, added, Context.added);
    const start = oldEnd + unfold(numbers.code(coder, fold(oldPosition - oldEnd), Context.jump));
    commands.push({ newPosition, oldPosition: start, copied: copy, added: add });
    newPosition += copy + add;
    oldEnd = start + copy;
  }
  return commands;
}

/** Signed to unsigned: 0, -1, 1, -2, 2 … */
function fold(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unfold(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}
