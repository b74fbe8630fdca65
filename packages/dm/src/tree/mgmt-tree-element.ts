import { DMDDF_NAMESPACE, serialiseXml, type XmlElement } from '@fumarole/syncml';

/** An element of the DDF vocabulary, which TNDS and DDF share (tree §8.2, §9). */
export function element(name: string, ...children: readonly (XmlElement | string)[]): XmlElement {
  return { name, namespace: DMDDF_NAMESPACE, attributes: {}, children };
}

export function childElements({ children }: XmlElement): readonly XmlElement[] {
  return children.filter((child) => typeof child !== 'string');
}

export function childrenNamed(parent: XmlElement, name: string): readonly XmlElement[] {
  return childElements(parent).filter((child) => child.name === name);
}

export function childNamed(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent === undefined ? undefined : childrenNamed(parent, name)[0];
}

/** All text of an element; markup inside, as the value of an `xml` node may come, is written out again. */
export function textOf(parent: XmlElement): string {
  const nested = parent.children.some((child) => typeof child !== 'string');
  const text = parent.children
    .map((child) => (typeof child === 'string' ? child : serialiseXml(child)))
    .join('');
  return nested ? text.trim() : text;
}

/** Text of a child, or undefined when there is no such child. */
export function childText(parent: XmlElement | undefined, name: string): string | undefined {
  const child = childNamed(parent, name);
  return child === undefined ? undefined : textOf(child);
}

/** `<Format><int/></Format>` and the like: the name of the one element inside; text is taken for it. */
export function choiceOf(parent: XmlElement | undefined): string | undefined {
  if (parent === undefined) return undefined;
  const name = childElements(parent)[0]?.name ?? textOf(parent);
  return name === '' ? undefined : name;
}
