/** What kind of field an octet of the old image is part of; contexts of the models, so the numbers are of the format. */
export const FieldKind = {
  none: 0,
  /** A call or jump with its distance in the instruction. */
  branch: 1,
  /** Upper part of an address, by pages. */
  page: 2,
  /** Lower part of an address within its page. */
  pageOffset: 3,
  /** An absolute address of 32 or 64 bits. */
  pointer: 4,
  /** A distance of 32 bits to data. */
  relative: 5,
  /** A load of a constant that stands near. */
  literal: 6,
} as const;
export type FieldKind = (typeof FieldKind)[keyof typeof FieldKind];
export const FIELD_KINDS = 7;

/** How addresses stand in the code of an image. */
export const InstructionSet = { none: 0, arm64: 1, thumb: 2, xtensa: 3, x64: 4 } as const;
export type InstructionSet = (typeof InstructionSet)[keyof typeof InstructionSet];

/** Absolute addresses in an image: each is the place of what it points to in the file, plus a base. */
export interface PointerForm {
  /** Octets of an address; with 8 the upper half is always `upper`. */
  readonly size: 4 | 8;
  readonly upper: number;
  /** Address of octet 0 of the image, its lower 32 bits. */
  readonly base: number;
}

/** What is known of how both images of a delta refer to places in themselves. */
export interface AddressForm {
  readonly instructions: InstructionSet;
  /** Where words are aligned: the remainder of their places by 4. */
  readonly phase: number;
  /** In the order in which they are tried. */
  readonly pointers: readonly PointerForm[];
}

/** A run of octets of the old image, to be turned into what the new image probably has in their stead. */
export interface Window {
  /** At first the old octets, then the predicted ones. */
  readonly octets: Uint8Array;
  /** {@link FieldKind} of each octet. */
  readonly kinds: Uint8Array;
  readonly length: number;
  readonly oldPosition: number;
  readonly newPosition: number;
}

export function word(octets: Uint8Array, at: number): number {
  return (
    ((octets[at] ?? 0) |
      ((octets[at + 1] ?? 0) << 8) |
      ((octets[at + 2] ?? 0) << 16) |
      ((octets[at + 3] ?? 0) << 24)) >>>
    0
  );
}
