import { END, TEXT } from '@fumarole/wbxml';
import { METINF_NAMESPACE } from '../dialect.ts';
import { Tag } from '../tag.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Cursor } from './cursor.ts';

/** Tag code of every element that is neither SyncML nor MetInf. */
export const UNKNOWN_TAG = 0xffff;

const NO_OCTETS = new Uint8Array(0);
const tags: ReadonlyMap<string, number> = new Map(Object.entries(Tag));

/** Walks a parsed XML tree in the way of `WbxmlReader`. */
export class XmlCursor implements Cursor {
  text = '';
  readonly opaque: Uint8Array = NO_OCTETS;
  /** The tree has no positions; errors name the element instead. */
  readonly offset = 0;
  readonly #path: XmlElement[];
  readonly #index: number[] = [0];

  /** Stands inside the given element. */
  constructor(root: XmlElement) {
    this.#path = [root];
  }

  next(): number {
    const depth = this.#path.length - 1;
    const at = this.#index[depth] ?? 0;
    const child = this.#path[depth]?.children[at];
    if (child === undefined) {
      this.#leave();
      return END;
    }
    this.#index[depth] = at + 1;
    if (typeof child === 'string') {
      this.text = child;
      return TEXT;
    }
    this.#path.push(child);
    this.#index.push(0);
    return tagOf(child);
  }

  onlyText(): string | undefined {
    const children = this.#path[this.#path.length - 1]?.children;
    const only = children?.length === 1 ? children[0] : undefined;
    if (typeof only !== 'string') {
      return undefined;
    }
    this.#leave();
    return only;
  }

  skip(): void {
    this.#leave();
  }

  nameOf(): { readonly name: string; readonly namespace: string } | undefined {
    return this.#path.at(-1);
  }

  /** The element just entered, whole; it is left. */
  takeElement(): XmlElement {
    const element = this.#path.at(-1);
    if (element === undefined) {
      throw new RangeError('XmlCursor: read past the document element');
    }
    this.#leave();
    return element;
  }

  #leave(): void {
    this.#path.pop();
    this.#index.pop();
  }
}

/** SyncML and MetInf names are distinct, so that either is found without, or with the other's, namespace. */
export function tagOf({ name, namespace }: XmlElement): number {
  const ours = namespace === '' || namespace === METINF_NAMESPACE || /^syncml:syncml1\.\d$/i.test(namespace);
  return (ours ? tags.get(name) : undefined) ?? UNKNOWN_TAG;
}
