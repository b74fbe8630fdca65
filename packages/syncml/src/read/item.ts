import {
  decodeTextStrictly,
  END,
  encodeText,
  OPAQUE,
  readElement,
  TEXT,
  UTF_8_MIB_ENUM,
  WbxmlReader,
} from '@fumarole/wbxml';
import { holdsText } from '../data-format.ts';
import { MGMT_TREE } from '../dialect.ts';
import type { Data, Item, Location, Meta } from '../model.ts';
import { Tag } from '../tag.ts';
import { fromWbxml } from '../xml/from-wbxml.ts';
import { serialiseXml } from '../xml/serialise.ts';
import { type Cursor, readText } from './cursor.ts';
import { readMeta } from './meta.ts';
import { XmlCursor } from './xml-cursor.ts';

export type OpenItem = { -readonly [K in keyof Item]: Item[K] };

export function readItem(cursor: Cursor): OpenItem {
  const item: OpenItem = {
    Target: undefined,
    Source: undefined,
    Meta: undefined,
    Data: undefined,
    MoreData: undefined,
  };
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    switch (event) {
      case Tag.Target:
        item.Target = readLocation(cursor);
        break;
      case Tag.Source:
        item.Source = readLocation(cursor);
        break;
      case Tag.Meta:
        item.Meta = readMeta(cursor);
        break;
      case Tag.Data:
        item.Data = readData(cursor);
        break;
      case Tag.MoreData:
        item.MoreData = true;
        cursor.skip();
        break;
      default:
        if (event >= 0) {
          cursor.skip();
        }
    }
  }
  return item;
}

export function readLocation(cursor: Cursor): Location {
  let uri = '';
  let name: string | undefined;
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    if (event === Tag.LocURI) {
      uri = readText(cursor);
    } else if (event === Tag.LocName) {
      name = readText(cursor);
    } else if (event >= 0) {
      cursor.skip();
    }
  }
  return { LocURI: uri, LocName: name };
}

/**
 * Octets of a value whose Format, or whose Type when there is none, says text become text, unless they are no UTF-8
 * (a chunk may end inside a character; §7.3(3), (9)). Called when the
 * whole command is read: clients put Meta before and after Data, on the item and on the command.
 */
export function settleData(items: readonly OpenItem[], commandMeta: Meta | undefined): void {
  for (const item of items) {
    const { Data } = item;
    if (Data instanceof Uint8Array && holdsText(item.Meta, commandMeta) && !isEmbeddedTree(Data)) {
      item.Data = decodeTextStrictly(withoutClosingNuls(Data)) ?? Data;
    }
  }
}

/**
 * A TNDS as a WBXML document of its own (§7.5 form A): a version, then the public identifier as the first string of the
 * table. libwbxml makes one of every MgmtTree that it writes, under whatever Type; its octets happen to be UTF-8.
 */
function isEmbeddedTree(octets: Uint8Array): boolean {
  const [version = 0] = octets;
  return version >= 1 && version <= 3 && TREE_HEADER.every((octet, at) => octets[at + 1] === octet);
}
/** Public identifier at offset 0 of the string table, UTF-8, length of the table, the identifier. */
const TREE_HEADER: readonly number[] = [
  ...[0, 0, UTF_8_MIB_ENUM, MGMT_TREE.formalPublicId.length + 1],
  ...encodeText(MGMT_TREE.formalPublicId),
];

/** The closing NUL of a C string is no part of a value (I-003). */
function withoutClosingNuls(octets: Uint8Array): Uint8Array {
  let end = octets.length;
  while (octets[end - 1] === 0) {
    end--;
  }
  return octets.subarray(0, end);
}

/** A node value: white space kept, an element inside re-serialised, OPAQUE kept as octets. */
function readData(cursor: Cursor): Data {
  const only = cursor.onlyText();
  if (only !== undefined) {
    return only;
  }
  const pieces: (string | Uint8Array)[] = [];
  let nested = false;
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    if (event === TEXT) {
      pieces.push(cursor.text);
    } else if (event === OPAQUE) {
      pieces.push(cursor.opaque);
    } else {
      nested = true;
      pieces.push(nestedXml(cursor, event));
    }
  }
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) {
    return first;
  }
  const texts = pieces.filter((piece) => typeof piece === 'string');
  if (texts.length < pieces.length) {
    return onlyTree(pieces) ?? join(pieces);
  }
  // Line breaks around a child element are layout, not value.
  return nested ? texts.join('').trim() : texts.join('');
}

/** An embedded tree; white space around it, as around a child element, is layout. */
function onlyTree(pieces: readonly (string | Uint8Array)[]): Uint8Array | undefined {
  const [tree, ...others] = pieces.filter((piece) => typeof piece !== 'string' || piece.trim() !== '');
  return tree instanceof Uint8Array && others.length === 0 && isEmbeddedTree(tree) ? tree : undefined;
}

function nestedXml(cursor: Cursor, tag: number): string {
  if (cursor instanceof XmlCursor) {
    return serialiseXml(cursor.takeElement(tag));
  }
  if (cursor instanceof WbxmlReader) {
    return serialiseXml(fromWbxml(readElement(cursor, tag)));
  }
  cursor.skip();
  return '';
}

function join(pieces: readonly (string | Uint8Array)[]): Uint8Array {
  const octets = pieces.map((piece) => (typeof piece === 'string' ? encodeText(piece) : piece));
  const whole = new Uint8Array(octets.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of octets) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
