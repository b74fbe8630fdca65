/** One page of tag tokens: the names of the tokens 05–3F, and the namespace that the page implies. */
export interface TagPage {
  readonly page: number;
  /** Namespace in XML; empty for vocabularies without one. */
  readonly namespace: string;
  /** `[token, name]` rows. */
  readonly tags: readonly (readonly [token: number, name: string])[];
}

/** One page of attribute tokens: names (with a value prefix, where the token has one) and value pieces. */
export interface AttributePage {
  readonly page: number;
  readonly names: readonly (readonly [token: number, name: string, valuePrefix?: string])[];
  readonly values: readonly (readonly [token: number, text: string])[];
}

/** A vocabulary: what a public identifier stands for. */
export interface Dialect {
  readonly name: string;
  /** Numeric public identifier to write; 0 when only the text exists. */
  readonly publicId: number;
  /** Formal public identifier; compared without regard to case. */
  readonly formalPublicId: string;
  readonly tagPages: readonly TagPage[];
  /** Absent: attribute lists are skipped. */
  readonly attributePages?: readonly AttributePage[];
}
