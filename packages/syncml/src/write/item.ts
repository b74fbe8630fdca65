import { decodeTextStrictly } from '@fumarole/wbxml';
import { encodeBase64 } from '../base64.ts';
import { holdsText, isBase64 } from '../data-format.ts';
import type { Item, Location, Meta } from '../model.ts';
import { Tag } from '../tag.ts';
import type { Emitter } from './emitter.ts';
import { writeMeta } from './meta.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that XML 1.0 cannot hold
const NOT_IN_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

export function writeItem(out: Emitter, item: Item, commandMeta: Meta | undefined): void {
  out.open(Tag.Item);
  if (item.Target !== undefined) {
    writeLocation(out, Tag.Target, item.Target);
  }
  if (item.Source !== undefined) {
    writeLocation(out, Tag.Source, item.Source);
  }
  if (item.Data === undefined || typeof item.Data === 'string') {
    writeMeta(out, item.Meta);
    if (item.Data !== undefined) {
      out.textElement(Tag.Data, item.Data);
    }
  } else if (item.Data instanceof Uint8Array) {
    writeOctets(out, item, item.Data, commandMeta);
  } else {
    const base64 = item.Data.base64 || out.octetsAsBase64;
    writeMeta(out, base64 ? asBase64(item, commandMeta) : item.Meta);
    out.blob(Tag.Data, item.Data.ref, base64);
  }
  if (item.MoreData) {
    out.empty(Tag.MoreData);
  }
  out.close(Tag.Item);
}

export function writeLocation(out: Emitter, tag: number, location: Location): void {
  out.open(tag);
  out.textElement(Tag.LocURI, location.LocURI);
  if (location.LocName !== undefined) {
    out.textElement(Tag.LocName, location.LocName);
  }
  out.close(tag);
}

/** Octets are the value itself: base64 where Format says so or the wire form has no octets, OPAQUE otherwise. */
function writeOctets(out: Emitter, item: Item, octets: Uint8Array, commandMeta: Meta | undefined): void {
  if (isBase64(item, commandMeta)) {
    writeMeta(out, item.Meta);
    out.textElement(Tag.Data, encodeBase64(octets));
    return;
  }
  if (!out.octetsAsBase64) {
    writeMeta(out, item.Meta);
    out.octetElement(Tag.Data, octets);
    return;
  }
  const text = holdsText(item.Meta, commandMeta) ? xmlText(octets) : undefined;
  writeMeta(out, text === undefined ? asBase64(item, commandMeta) : item.Meta);
  out.textElement(Tag.Data, text ?? encodeBase64(octets));
}

/** The octets as text, if they are UTF-8 and XML can hold every character of it. */
function xmlText(octets: Uint8Array): string | undefined {
  const text = decodeTextStrictly(octets);
  return text === undefined || NOT_IN_XML.test(text) ? undefined : text;
}

/** The item's Meta with Format `b64`, unless that is in force already. */
function asBase64(item: Item, commandMeta: Meta | undefined): Meta | undefined {
  return isBase64(item, commandMeta) ? item.Meta : { ...item.Meta, Format: 'b64' };
}
