/** Limits of what a bootstrap brings: all of it comes from outside, most of it before anybody is known. */
export const BOOTSTRAP_LIMITS: {
  readonly documentOctets: number;
  readonly pinDigits: number;
  readonly accounts: number;
  readonly cardEntries: number;
} = {
  /** One document: an account takes a few hundred octets, the largest captured ones a few thousand. */
  documentOctets: 16 * 1024,
  /** Digits of a PIN as a person enters it. */
  pinDigits: 16,
  /** Accounts of one document. */
  accounts: 8,
  /** Entries of a directory file on a smartcard. */
  cardEntries: 64,
};
