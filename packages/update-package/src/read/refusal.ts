/**
 * FUMO result codes (FUMO 1.0 §8) that a package can be refused with: damaged 402, wrong device or base 403, signature
 * or security floor 404, downgrade without permission 405, a format or method the reader lacks 408, too little memory 502.
 */
export type RefusalCode = 402 | 403 | 404 | 405 | 408 | 502;

export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence for a person. */
  readonly reason: string;
}

export type Verdict = { readonly kind: 'ok' } | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Stable codes of {@link PackageError}, with what each means. */
export const PackageErrorCode = {
  truncated: 'PACKAGE_TRUNCATED',
  malformed: 'PACKAGE_MALFORMED',
  limit: 'PACKAGE_LIMIT',
  unsupported: 'PACKAGE_UNSUPPORTED',
  hash: 'PACKAGE_HASH',
} as const;
export type PackageErrorCode = (typeof PackageErrorCode)[keyof typeof PackageErrorCode];

/** Meaning and remedy of each code. */
export const PACKAGE_ERRORS: Readonly<Record<PackageErrorCode, { meaning: string; remedy: string }>> = {
  PACKAGE_TRUNCATED: {
    meaning: 'The octets end before the header or the payload does.',
    remedy: 'Transfer the package again.',
  },
  PACKAGE_MALFORMED: {
    meaning: 'The header is not what docs/package-format.md says.',
    remedy: 'Transfer the package again, or make it again.',
  },
  PACKAGE_LIMIT: {
    meaning: 'A size or count in the header is beyond the limits of the format.',
    remedy: 'Make a smaller package.',
  },
  PACKAGE_UNSUPPORTED: {
    meaning: 'The package needs a newer reader.',
    remedy: 'Update the reader, or make the package for an older format version.',
  },
  PACKAGE_HASH: {
    meaning: 'Payload octets do not hash to what the manifest says.',
    remedy: 'Transfer the package again.',
  },
};

/** The package itself is wrong. `refusal` is what to report for it. */
export class PackageError extends Error {
  readonly code: PackageErrorCode;
  readonly refusal: Refusal;
  /** Octet of the package where it was noticed, when known. */
  readonly offset: number | undefined;

  constructor(code: PackageErrorCode, reason: string, offset?: number) {
    super(offset === undefined ? reason : `${reason} (octet ${offset})`);
    this.name = 'PackageError';
    this.code = code;
    this.refusal = { code: code === PackageErrorCode.unsupported ? 408 : 402, reason };
    this.offset = offset;
  }
}
