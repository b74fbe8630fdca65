/** One line of our own source made wrong on purpose: a test of each requirement that it breaks must go red. */
export interface Fault {
  /** Unique, in words. */
  readonly id: string;
  /** Source file, from the root of the repository. */
  readonly file: string;
  /** Text on one line that stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Requirements that are no longer met. */
  readonly breaks: readonly string[];
  /** Test files that claim them: the quickest that do. */
  readonly tests: readonly string[];
}
