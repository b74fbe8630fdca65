import { MAX_WARNINGS } from './limits.ts';

/** One line of what was decoded, with what stands below it. */
export interface Shown {
  readonly label: string;
  text?: string;
  /** What the text, a code, means in words. */
  meaning?: string;
  /** First octet in the decoded input. */
  readonly offset?: number;
  /** An element of a document, by its namespace; absent on fields of binary layers. */
  readonly namespace?: string;
  readonly children: Shown[];
}

export interface Warning {
  readonly text: string;
  readonly offset?: number;
}

export interface Failure {
  /** Octet of the decoded input where reading stopped. */
  readonly offset: number;
  readonly reason: string;
}

/** The innermost document, for `--to`. */
export type Convertible =
  | { readonly kind: 'syncml'; readonly octets: Uint8Array; readonly encoding: 'xml' | 'wbxml' }
  | { readonly kind: 'mgmt-tree' | 'provisioning'; readonly octets: Uint8Array };

/** What decoding one input came to; a failure leaves what was read before it. */
export class Report {
  /** Names of the layers, outermost first. */
  readonly formats: string[] = [];
  readonly warnings: Warning[] = [];
  failure: Failure | undefined;
  convertible: Convertible | undefined;

  warn(text: string, offset?: number): void {
    if (this.warnings.length < MAX_WARNINGS) {
      this.warnings.push({ text, ...(offset === undefined ? {} : { offset }) });
    }
  }

  /** The first failure is the one that counts. */
  fail(offset: number, reason: string): void {
    this.failure ??= { offset, reason };
  }
}

/** A field of a binary layer. */
export function field(label: string, offset: number, text?: string, children: Shown[] = []): Shown {
  return { label, offset, children, ...(text === undefined ? {} : { text }) };
}

export function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex').toUpperCase();
}

export function elementsNamed(node: Shown | undefined, name: string): readonly Shown[] {
  return node?.children.filter(({ label }) => label === name) ?? [];
}

/** Text of a child element; undefined when there is none. */
export function textBelow(node: Shown | undefined, name: string): string | undefined {
  const [child] = elementsNamed(node, name);
  return child === undefined ? undefined : (child.text ?? '').trim();
}
