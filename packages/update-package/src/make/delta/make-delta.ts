import { type Command, codeCommands } from '../../read/delta/command.ts';
import { INTERVAL_PREFIX_BYTES, STORED_BIT } from '../../read/delta/delta-decoder.ts';
import type { AddressForm } from '../../read/delta/fields/field.ts';
import { type DeltaHeader, encodeHeader, HASH_PREFIX_BYTES } from '../../read/delta/header.ts';
import { ImageCoder } from '../../read/delta/image-coder.ts';
import { INTERVAL_BYTES, MAX_COMMAND_BYTES, MAX_COMMANDS, MAX_IMAGE_BYTES } from '../../read/delta/limits.ts';
import type { OldImage } from '../../read/delta/ports.ts';
import type { Sha256 } from '../../read/ports.ts';
import { PackageError, PackageErrorCode } from '../../read/refusal.ts';
import { concat } from '../octets.ts';
import { matchByMeaning } from './absolute.ts';
import { findAddressForm } from './address-form.ts';
import { BitEncoder } from './bit-encoder.ts';
import { match } from './match.ts';

/** Sizes of the tables: 2 MB where one interval needs no checkpoint, else such that all fit into one. */
const TABLE_BITS = {
  single: { correctionBits: 15, literalBits: 17 },
  several: { correctionBits: 13, literalBits: 13 },
} as const;

/** What a delta consists of, for a person. */
export interface MadeDelta {
  readonly octets: Uint8Array;
  readonly header: DeltaHeader;
  /** Octets copied from the old image and octets added, of the new one. */
  readonly copied: number;
  readonly added: number;
}

/** Makes the delta that turns the old image into the new one, lossless for any two images. Throws {@link PackageError} above the limits. */
export function makeDelta(oldImage: Uint8Array, newImage: Uint8Array, sha256: Sha256): MadeDelta {
  const [old, target] = [plain(oldImage), plain(newImage)];
  if (old.length > MAX_IMAGE_BYTES || target.length > MAX_IMAGE_BYTES) {
    throw new PackageError(
      PackageErrorCode.limit,
      `a delta takes images of at most ${MAX_IMAGE_BYTES} octets`,
    );
  }
  const first = match(old, target);
  const form = findAddressForm(old, target, first);
  const commands = bounded(matchByMeaning(old, target, form, first));
  return encode(old, target, form, commands, sha256);
}

/** The same octets as a plain array: `slice` of a subclass may share its memory. */
function plain(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets.buffer, octets.byteOffset, octets.length);
}

/** The longest copies of as many commands as the format allows, without empty ones; what the others copied is added. */
function bounded(all: readonly Command[]): readonly Command[] {
  const commands = all.filter(({ copied, added }) => copied + added > 0);
  if (commands.length <= MAX_COMMANDS) return commands;
  const shortest = [...commands].sort((a, b) => b.copied - a.copied)[MAX_COMMANDS / 2]?.copied ?? 0;
  const kept: Command[] = [];
  for (const command of commands) {
    const last = kept.at(-1);
    if (last === undefined || command.copied > shortest) kept.push(command);
    else kept[kept.length - 1] = { ...last, added: last.added + command.copied + command.added };
  }
  return kept;
}

function encode(
  old: Uint8Array,
  target: Uint8Array,
  form: AddressForm,
  commands: readonly Command[],
  sha256: Sha256,
): MadeDelta {
  const coded = encodeCommands(commands);
  const several = target.length > INTERVAL_BYTES;
  const header: DeltaHeader = {
    oldSize: old.length,
    newSize: target.length,
    oldHash: hashPrefix(old, sha256),
    newHash: hashPrefix(target, sha256),
    form,
    ...(several ? TABLE_BITS.several : TABLE_BITS.single),
    commands: commands.length,
    commandBytes: coded.length,
  };
  const added = commands.reduce((sum, command) => sum + command.added, 0);
  const octets = concat([encodeHeader(header), coded, ...encodeIntervals(header, commands, old, target)]);
  return { octets, header, copied: target.length - added, added };
}

function encodeCommands(commands: readonly Command[]): Uint8Array {
  const encoder = new BitEncoder();
  codeCommands(encoder, commands.length, commands);
  const coded = encoder.finish();
  if (coded.length > MAX_COMMAND_BYTES) {
    throw new PackageError(PackageErrorCode.limit, `the commands take ${coded.length} octets`);
  }
  return coded;
}

function encodeIntervals(
  header: DeltaHeader,
  commands: readonly Command[],
  old: Uint8Array,
  target: Uint8Array,
): readonly Uint8Array[] {
  const coder = new ImageCoder(header, commands, inMemory(old));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < target.length; at += INTERVAL_BYTES) {
    const encoder = new BitEncoder();
    // the coder writes what it copies, which is what stands there: it gets octets of its own
    const interval = target.slice(at, at + INTERVAL_BYTES);
    coder.code(encoder, at, interval);
    const coded = encoder.finish();
    if (coded.length < interval.length) parts.push(prefixOf(coded.length), coded);
    else parts.push(prefixOf(interval.length + STORED_BIT), interval);
  }
  return parts;
}

function prefixOf(value: number): Uint8Array {
  const prefix = new Uint8Array(INTERVAL_PREFIX_BYTES);
  new DataView(prefix.buffer).setUint32(0, value);
  return prefix;
}

function inMemory(image: Uint8Array): OldImage {
  return {
    size: image.length,
    read: (position, into) => into.set(image.subarray(position, position + into.length)),
  };
}

function hashPrefix(image: Uint8Array, sha256: Sha256): Uint8Array {
  const hash = sha256();
  hash.update(image);
  return hash.digest().slice(0, HASH_PREFIX_BYTES);
}
