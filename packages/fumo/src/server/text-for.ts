/** A text in the language of a device. */

/** Texts by language tag (RFC 1766, letter case ignored); `default` is for all other languages. */
export type Texts = Readonly<Record<string, string>> & { readonly default: string };

/** S-007: the full tag, else its language, else the default. */
export function textFor(texts: Texts, language: string | undefined): string {
  const wanted = (language ?? '').trim().toLowerCase().replaceAll('_', '-');
  const [plain = ''] = wanted.split('-');
  const byTag = new Map(Object.entries(texts).map(([tag, text]) => [tag.toLowerCase(), text]));
  return byTag.get(wanted) ?? byTag.get(plain) ?? texts.default;
}
