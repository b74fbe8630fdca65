import { END, OPAQUE, TEXT, type WbxmlAttribute, type WbxmlReader } from './reader.ts';

/** An element with everything in it, for vocabularies that are read whole (TNDS, provisioning). */
export interface WbxmlElement {
  /** Tag code; `LITERAL_TAG` for a name from the string table. */
  readonly tag: number;
  /** Empty when the dialect does not define the token. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly WbxmlAttribute[];
  readonly children: readonly (WbxmlElement | string | Uint8Array)[];
}

/** Reads the element just entered and leaves it; depth is bounded by the reader's limit. */
export function readElement(reader: WbxmlReader, tag: number): WbxmlElement {
  const { name = '', namespace = '' } = reader.nameOf(tag) ?? {};
  const { attributes } = reader;
  const children: (WbxmlElement | string | Uint8Array)[] = [];
  for (let event = reader.next(); event !== END; event = reader.next()) {
    if (event === TEXT) {
      children.push(reader.text);
    } else if (event === OPAQUE) {
      children.push(reader.opaque);
    } else {
      children.push(readElement(reader, event));
    }
  }
  return { tag, name, namespace, attributes, children };
}
