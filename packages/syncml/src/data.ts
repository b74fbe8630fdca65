import type { Data, Item, Meta } from './model.ts';

/** The value as text: octets are read as UTF-8. Undefined stays undefined; a `BlobData` has no text here (throws TypeError). */
export function dataText(data: Data | undefined): string | undefined {
  throw new Error(`not yet ${typeof data}`);
}

/** The value as octets: text is written as UTF-8 (no base64 decoding: that depends on Format). */
export function dataOctets(data: Data | undefined): Uint8Array | undefined {
  throw new Error(`not yet ${typeof data}`);
}

/** An item's Meta over its command's, child by child. */
export function effectiveMeta(command: Meta | undefined, item: Item): Meta {
  return { ...command, ...definedOnly(item.Meta) };
}

function definedOnly(meta: Meta | undefined): Meta {
  return Object.fromEntries(Object.entries(meta ?? {}).filter(([, value]) => value !== undefined));
}
