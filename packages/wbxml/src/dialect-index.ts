import type { AttributePage, Dialect } from './code-page.ts';

/** A dialect arranged for look-up by token. */
export interface DialectIndex {
  readonly dialect: Dialect;
  /** By `tagCode`. */
  readonly tags: ReadonlyMap<number, { readonly name: string; readonly namespace: string }>;
  readonly attributes: AttributeIndex | undefined;
}

export interface AttributeIndex {
  readonly names: ReadonlyMap<number, { readonly name: string; readonly valuePrefix: string }>;
  readonly values: ReadonlyMap<number, string>;
}

/** Page and token of a tag or attribute in one number. */
export function tagCode(page: number, token: number): number {
  return (page << 8) | token;
}

const indexes = new WeakMap<Dialect, DialectIndex>();

/** The index of a dialect, made once for each dialect value. */
export function indexOf(dialect: Dialect): DialectIndex {
  const known = indexes.get(dialect);
  if (known !== undefined) {
    return known;
  }
  const tags = dialect.tagPages.flatMap(({ page, namespace, tags: rows }) =>
    rows.map(([token, name]) => [tagCode(page, token), { name, namespace }] as const),
  );
  const index = {
    dialect,
    tags: new Map(tags),
    attributes: dialect.attributePages && indexAttributes(dialect.attributePages),
  };
  indexes.set(dialect, index);
  return index;
}

function indexAttributes(pages: readonly AttributePage[]): AttributeIndex {
  const names = pages.flatMap(({ page, names: rows }) =>
    rows.map(([token, name, valuePrefix = '']) => [tagCode(page, token), { name, valuePrefix }] as const),
  );
  const values = pages.flatMap(({ page, values: rows }) =>
    rows.map(([token, text]) => [tagCode(page, token), text] as const),
  );
  return { names: new Map(names), values: new Map(values) };
}
