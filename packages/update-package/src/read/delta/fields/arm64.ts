import { FieldKind, type Window, word } from './field.ts';
import type { FieldPredictor, InstructionFields } from './predictor.ts';

const PAGE = 4096;
/** An address is put together within so many octets of code. */
const REACH_BYTES = 128;
/** The instruction that adds the lower part is looked for among so many octets. */
const LOOK_AHEAD_BYTES = 64;

/** Pages that registers hold, by ADRP, while a window is read. */
interface Registers {
  /** Where the page begins in the old image; NaN: none. */
  readonly page: Float64Array;
  readonly setAt: Int32Array;
}

/** AArch64: B and BL; ADRP and the ADD, LDR or STR that completes its address. */
export const arm64: InstructionFields = {
  predict(predictor, window) {
    if (((window.oldPosition - window.newPosition) & 3) !== 0) return;
    const registers = { page: new Float64Array(32).fill(Number.NaN), setAt: new Int32Array(32) };
    for (let at = (predictor.form.phase - window.newPosition) & 3; at + 4 <= window.length; at += 4) {
      const top = window.octets[at + 3] ?? 0;
      if ((top & 0x7c) === 0x14) branch(predictor, window, at);
      else if ((top & 0x9f) === 0x90) page(predictor, window, at, registers);
      else use(predictor, window, at, registers);
    }
  },
  read(kind, value, place) {
    return kind === FieldKind.branch && (value & 0x7c000000) === 0x14000000
      ? place + distanceOf(value)
      : undefined;
  },
};

function distanceOf(instruction: number): number {
  return ((instruction << 6) >> 6) << 2;
}

function branch(predictor: FieldPredictor, window: Window, at: number): void {
  const old = word(window.octets, at);
  const target = window.oldPosition + at + distanceOf(old);
  if (target < 0 || target >= predictor.oldSize) return;
  const distance = predictor.placeOf(target) - predictor.origin(window.newPosition + at);
  const predicted = ((old & 0xfc000000) | ((distance >> 2) & 0x3ffffff)) >>> 0;
  predictor.field(FieldKind.branch, at, 4, old, (distance & 3) === 0 ? predicted : old, target);
}

function page(predictor: FieldPredictor, window: Window, at: number, registers: Registers): void {
  const old = word(window.octets, at);
  const register = old & 31;
  const { phase } = predictor.form;
  const pages = (((((old >>> 5) & 0x7ffff) << 2) | ((old >>> 29) & 3)) << 11) >> 11;
  const oldPage = (Math.floor((window.oldPosition + at - phase) / PAGE) + pages) * PAGE + phase;
  registers.page[register] = Number.NaN;
  const target = oldPage + offsetAhead(window, at, register);
  if (target < 0 || target >= predictor.oldSize) return;
  const place = predictor.placeOf(target) - phase;
  const here = Math.floor(predictor.origin(window.newPosition + at - phase) / PAGE);
  const distance = Math.floor(place / PAGE) - here;
  const fields = ((distance & 3) << 29) | (((distance >> 2) & 0x7ffff) << 5);
  predictor.field(FieldKind.page, at, 4, old, ((old & 0x9f00001f) | fields) >>> 0, target);
  registers.page[register] = oldPage;
  registers.setAt[register] = at;
}

/** The lower part of the address that is begun at `at`, from the first instruction that completes it; 0 if none does. */
function offsetAhead(window: Window, at: number, register: number): number {
  const end = Math.min(window.length - 4, at + LOOK_AHEAD_BYTES);
  for (let next = at + 4; next <= end; next += 4) {
    const instruction = word(window.octets, next);
    if (((instruction >>> 5) & 31) === register && isUse(instruction)) {
      return ((instruction >>> 10) & 0xfff) << scaleOf(instruction);
    }
  }
  return 0;
}

function use(predictor: FieldPredictor, window: Window, at: number, registers: Registers): void {
  const old = word(window.octets, at);
  const base = (old >>> 5) & 31;
  const oldPage = registers.page[base] ?? Number.NaN;
  const complete = isUse(old);
  if (!isStore(old)) registers.page[old & 31] = Number.NaN;
  if (!complete || Number.isNaN(oldPage) || at - (registers.setAt[base] ?? 0) > REACH_BYTES) return;
  const scale = scaleOf(old);
  const { phase } = predictor.form;
  const target = oldPage + (((old >>> 10) & 0xfff) << scale);
  if (target < 0 || target >= predictor.oldSize) return;
  const offset = (predictor.placeOf(target) - phase) & (PAGE - 1);
  if ((offset & ((1 << scale) - 1)) !== 0) return;
  const predicted = ((old & 0xffc003ff) | ((offset >>> scale) << 10)) >>> 0;
  predictor.field(FieldKind.pageOffset, at, 4, old, predicted, target);
}

/** ADD of 64 bits with 12 bits unshifted, or a load or store with an unsigned offset. */
function isUse(instruction: number): boolean {
  return isAdd(instruction) || (instruction & 0x3b000000) === 0x39000000;
}

function isAdd(instruction: number): boolean {
  return instruction >>> 22 === 0x91000000 >>> 22;
}

/** A store with an unsigned offset leaves its register as it is. */
function isStore(instruction: number): boolean {
  return (instruction & 0x3bc00000) === 0x39000000;
}

function scaleOf(instruction: number): number {
  if (isAdd(instruction)) return 0;
  return (instruction & 0x04800000) === 0x04800000 && instruction >>> 30 === 0 ? 4 : instruction >>> 30;
}
