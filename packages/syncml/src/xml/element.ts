/** An XML element by namespace and local name; prefixes, comments and processing instructions are gone. */
export interface XmlElement {
  readonly name: string;
  /** Empty when the element is in no namespace. */
  readonly namespace: string;
  /** Attributes by the name as written (`xmlns…` declarations excluded). */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}
