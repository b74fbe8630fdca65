import { decodeText, encodeText } from '@fumarole/wbxml';
import type { Data, Item, Meta } from './model.ts';

/** The value as text: octets are read as UTF-8. Undefined stays undefined; a `BlobData` has no text here (TypeError). */
export function dataText(data: Data): string;
export function dataText(data: Data | undefined): string | undefined;
export function dataText(data: Data | undefined): string | undefined {
  return data instanceof Uint8Array ? decodeText(data, 0, data.length, 'utf-8') : inMemory(data);
}

/** The value as octets: text is written as UTF-8 (no base64 decoding: that depends on Format). */
export function dataOctets(data: Data): Uint8Array;
export function dataOctets(data: Data | undefined): Uint8Array | undefined;
export function dataOctets(data: Data | undefined): Uint8Array | undefined {
  if (data instanceof Uint8Array) {
    return data;
  }
  const text = inMemory(data);
  return text === undefined ? undefined : encodeText(text);
}

/** An item's Meta over its command's, child by child. */
export function effectiveMeta(command: Meta | undefined, item: Item): Meta {
  if (command === undefined) {
    return item.Meta ?? {};
  }
  return {
    Format: item.Meta?.Format ?? command.Format,
    Type: item.Meta?.Type ?? command.Type,
    Mark: item.Meta?.Mark ?? command.Mark,
    Size: item.Meta?.Size ?? command.Size,
    NextNonce: item.Meta?.NextNonce ?? command.NextNonce,
    MaxMsgSize: item.Meta?.MaxMsgSize ?? command.MaxMsgSize,
    MaxObjSize: item.Meta?.MaxObjSize ?? command.MaxObjSize,
  };
}

function inMemory(data: Exclude<Data, Uint8Array> | undefined): string | undefined {
  if (typeof data === 'object') {
    throw new TypeError('a blob range travels by reference; it has no value in memory');
  }
  return data;
}
