import { PackageError, PackageErrorCode } from '../refusal.ts';
import { type AddressForm, InstructionSet, type PointerForm } from './fields/field.ts';
import {
  INTERVAL_BYTES,
  MAX_CELLS_OF_SEVERAL,
  MAX_COMMAND_BYTES,
  MAX_COMMANDS,
  MAX_HEAD_BYTES,
  MAX_IMAGE_BYTES,
  MAX_POINTER_FORMS,
  MAX_TABLE_BITS,
  MIN_TABLE_BITS,
} from './limits.ts';

/** `\x89 F U D`. */
export const DELTA_MAGIC: Uint8Array = Uint8Array.of(0x89, 0x46, 0x55, 0x44);
export const DELTA_VERSION = 1;
/** So many octets of the SHA-256 of either image stand in the head: enough to see that a file is the wrong one. */
export const HASH_PREFIX_BYTES = 8;

/** The head of a delta (docs/delta-format.md §2). */
export interface DeltaHeader {
  readonly oldSize: number;
  readonly newSize: number;
  /** First 8 octets of the SHA-256 of the old image, and of the new one. */
  readonly oldHash: Uint8Array;
  readonly newHash: Uint8Array;
  readonly form: AddressForm;
  /** 2^these cells for each context of corrections and of added octets. */
  readonly correctionBits: number;
  readonly literalBits: number;
  readonly commands: number;
  /** Octets of the coded commands, which follow the head. */
  readonly commandBytes: number;
}

export interface ParsedHeader {
  readonly header: DeltaHeader;
  /** Octets of the head. */
  readonly length: number;
}

/** How many intervals make the new image. */
export function intervalsOf({ newSize }: DeltaHeader): number {
  return Math.ceil(newSize / INTERVAL_BYTES);
}

export function encodeHeader(header: DeltaHeader): Uint8Array {
  const { form } = header;
  const out: number[] = [...DELTA_MAGIC, DELTA_VERSION];
  const put = (value: number): void => void out.push(...uint(value));
  put(header.oldSize);
  put(header.newSize);
  out.push(...header.oldHash, ...header.newHash);
  out.push(form.instructions | (form.phase << 4), form.pointers.length);
  for (const { size, upper, base } of form.pointers) {
    out.push(size);
    put(upper);
    put(base);
  }
  out.push(header.correctionBits, header.literalBits);
  put(header.commands);
  put(header.commandBytes);
  return Uint8Array.from(out);
}

/** Undefined while the head is not all there; throws {@link PackageError} when it is wrong. */
export function parseHeader(octets: Uint8Array): ParsedHeader | undefined {
  const reader = new HeadReader(octets.subarray(0, MAX_HEAD_BYTES));
  const header = readHeader(reader);
  if (!reader.short) return { header, length: reader.at };
  if (octets.length >= MAX_HEAD_BYTES) throw reader.wrong('the head does not end');
  return undefined;
}

function readHeader(reader: HeadReader): DeltaHeader {
  const magic = reader.octets(DELTA_MAGIC.length);
  reader.check(
    magic.every((octet, i) => octet === DELTA_MAGIC[i]),
    'no delta begins like this',
  );
  const version = reader.octet();
  if (!reader.short && version !== DELTA_VERSION) {
    throw new PackageError(
      PackageErrorCode.unsupported,
      `version ${version} of the delta format is not known`,
      4,
    );
  }
  const header = readFields(reader);
  const cells = (6 << header.correctionBits) + (7 << header.literalBits);
  reader.check(
    intervalsOf(header) <= 1 || cells <= MAX_CELLS_OF_SEVERAL,
    `${cells} cells do not fit into a checkpoint`,
  );
  // each makes an octet at least: without this a few octets could ask for 2^18 of them
  reader.check(header.commands <= header.newSize, `${header.commands} commands for ${header.newSize} octets`);
  return header;
}

function readFields(reader: HeadReader): DeltaHeader {
  return {
    oldSize: reader.uint('size of the old image', MAX_IMAGE_BYTES),
    newSize: reader.uint('size of the new image', MAX_IMAGE_BYTES),
    oldHash: reader.octets(HASH_PREFIX_BYTES),
    newHash: reader.octets(HASH_PREFIX_BYTES),
    form: readForm(reader),
    correctionBits: reader.within('table bits', MIN_TABLE_BITS, MAX_TABLE_BITS),
    literalBits: reader.within('table bits', MIN_TABLE_BITS, MAX_TABLE_BITS),
    commands: reader.uint('number of commands', MAX_COMMANDS),
    commandBytes: reader.uint('length of the commands', MAX_COMMAND_BYTES),
  };
}

function readForm(reader: HeadReader): AddressForm {
  const octet = reader.octet();
  const instructions = Object.values(InstructionSet).find((set) => set === (octet & 15));
  reader.check(instructions !== undefined && octet >> 4 <= 3, `form of addresses ${octet} is not known`);
  const count = reader.octet();
  reader.check(count <= MAX_POINTER_FORMS, `${count} forms of pointers`);
  const pointers = Array.from({ length: reader.short ? 0 : count }, () => readPointerForm(reader));
  return { instructions: instructions ?? InstructionSet.none, phase: octet >> 4, pointers };
}

function readPointerForm(reader: HeadReader): PointerForm {
  const size = reader.octet();
  reader.check(size === 4 || size === 8, `pointers of ${size} octets`);
  return {
    size: size === 8 ? 8 : 4,
    upper: reader.uint('upper half of pointers', 0xffffffff),
    base: reader.uint('base of pointers', 0xffffffff),
  };
}

/** Unsigned LEB128. */
function uint(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) out.push((rest & 0x7f) | 0x80);
  return [...out, rest];
}

/** Reads on behind the end, too, and says so: the head may not be all there yet. */
class HeadReader {
  at = 0;
  short = false;
  readonly #octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  octet(): number {
    const octet = this.#octets[this.at];
    if (octet === undefined) this.short = true;
    else this.at += 1;
    return octet ?? 0;
  }

  octets(count: number): Uint8Array {
    const taken = this.#octets.slice(this.at, this.at + count);
    if (taken.length < count) this.short = true;
    this.at += taken.length;
    return taken;
  }

  uint(what: string, max: number): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const octet = this.octet();
      value += (octet & 0x7f) * shift;
      this.check(value <= max, `${what}: above ${max}`);
      if (octet < 0x80) return value;
    }
  }

  within(what: string, min: number, max: number): number {
    const value = this.octet();
    this.check(value >= min && value <= max, `${what}: ${value} is not in ${min} … ${max}`);
    return value;
  }

  check(right: boolean, reason: string): void {
    if (!right && !this.short) throw this.wrong(reason);
  }

  wrong(reason: string): PackageError {
    return new PackageError(PackageErrorCode.malformed, `delta: ${reason}`, this.at);
  }
}
