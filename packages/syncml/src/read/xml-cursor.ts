import { END, TEXT } from '@fumarole/wbxml';
import { METINF_NAMESPACE } from '../dialect.ts';
import { Tag, tagName } from '../tag.ts';
import type { XmlElement } from '../xml/element.ts';
import { NO_ATTRIBUTES, scanXml, type XmlAttributes, type XmlOptions, type XmlSink } from '../xml/scan.ts';
import type { Cursor } from './cursor.ts';

/** Tag code of every element that is neither SyncML nor MetInf. */
export const UNKNOWN_TAG = 0xffff;

const NO_OCTETS = new Uint8Array(0);

/** Walks a scanned XML document in the way of `WbxmlReader`: what was scanned is a list of steps, not a tree. */
export class XmlCursor implements Cursor {
  text = '';
  readonly opaque: Uint8Array = NO_OCTETS;
  /** The steps have no positions; errors name the element instead. */
  readonly offset = 0;
  readonly #steps: Steps = new Steps();
  /** The next step. */
  #at = 0;

  /** Stands before the document element. @throws DecodeError */
  constructor(source: Uint8Array, options: XmlOptions) {
    scanXml(source, options, this.#steps);
  }

  next(): number {
    const step = this.#steps.list[this.#at++] ?? END;
    if (typeof step === 'string') {
      this.text = step;
      return TEXT;
    }
    return step;
  }

  onlyText(): string | undefined {
    const { list } = this.#steps;
    const step = list[this.#at];
    if (typeof step !== 'string' || list[this.#at + 1] !== END) {
      return undefined;
    }
    this.#at += 2;
    return step;
  }

  skip(): void {
    for (let open = 1; open > 0; ) {
      const event = this.next();
      open += event === END ? -1 : event === TEXT ? 0 : 1;
    }
  }

  nameOf(tag: number): { readonly name: string; readonly namespace: string } {
    return this.#steps.element(this.#at - 1, tag, []);
  }

  /** The element just entered, whole; it is left. */
  takeElement(tag: number): XmlElement {
    const children: (XmlElement | string)[] = [];
    const element = this.#steps.element(this.#at - 1, tag, children);
    for (let event = this.next(); event !== END; event = this.next()) {
      const last = children.length - 1;
      const before = children[last];
      if (event !== TEXT) {
        children.push(this.takeElement(event));
      } else if (typeof before === 'string') {
        children[last] = before + this.text;
      } else {
        children.push(this.text);
      }
    }
    return element;
  }
}

type Named = Omit<XmlElement, 'children'>;

/** A document as the steps of a walk through it, which cost much less than an object for each element. */
class Steps implements XmlSink {
  /** The tag code where an element starts, a piece of text, or END. */
  readonly list: (number | string)[] = [];
  /** Of what starts at a step: what its tag code does not say. */
  readonly #named: Map<number, Named> = new Map();
  /** That of the document element. */
  #main: string | undefined;
  /** That of the element before, and whether its names are ours. */
  #last = '';
  #ours = true;

  start(name: string, namespace: string, attributes: XmlAttributes): void {
    this.#main ??= namespace;
    if (namespace !== this.#last) {
      this.#last = namespace;
      this.#ours = isOurs(namespace);
    }
    const tag = (this.#ours ? tags.get(name) : undefined) ?? UNKNOWN_TAG;
    if (attributes !== NO_ATTRIBUTES || namespace !== this.#implied(tag)) {
      this.#named.set(this.list.length, { name, namespace, attributes });
    }
    this.list.push(tag);
  }

  end(): void {
    this.list.push(END);
  }

  text(text: string): void {
    this.list.push(text);
  }

  /** The element that starts at a step. */
  element(at: number, tag: number, children: readonly (XmlElement | string)[]): XmlElement {
    const implied = { name: tagName(tag), namespace: this.#implied(tag) ?? '', attributes: NO_ATTRIBUTES };
    return { ...(this.#named.get(at) ?? implied), children };
  }

  #implied(tag: number): string | undefined {
    return tag < FIRST_METINF ? this.#main : tag === UNKNOWN_TAG ? undefined : METINF_NAMESPACE;
  }
}

const FIRST_METINF = 0x100;
const tags: ReadonlyMap<string, number> = new Map(Object.entries(Tag));

/** SyncML and MetInf names are distinct, so that either is found without, or with the other's, namespace. */
function isOurs(namespace: string): boolean {
  return namespace === '' || namespace === METINF_NAMESPACE || /^syncml:syncml1\.\d$/i.test(namespace);
}
