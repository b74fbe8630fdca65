/** WBXML as foreign clients write it: an encoder of its own, with their headers and page switches. */
import { parseXml, type XmlElement } from '@fumarole/syncml';

export interface WbxmlStyle {
  /** Octets up to the body. */
  readonly header: Uint8Array;
  /** Back to page 0 before `</Meta>` instead of after it. */
  readonly switchBackInside?: boolean;
  /** `Item/Data` as OPAQUE. */
  readonly opaqueData?: boolean;
}

const FPI = '-//SYNCML//DTD SyncML 1.2//EN';

/** Textual public identifier in a string table of its length: the last string has no end (Samsung family). */
export const UNTERMINATED_TABLE: Uint8Array = Buffer.concat([
  Buffer.from([0x02, 0x00, 0x00, 0x6a, FPI.length]),
  Buffer.from(FPI, 'ascii'),
]);
/** Numeric public identifier 0x1201, empty table (SyncML toolkit). */
export const NUMERIC_ID: Uint8Array = Buffer.from([0x02, 0xa4, 0x01, 0x6a, 0x00]);

/** Tokens by page: those that these devices say. */
const PAGES: readonly Readonly<Record<string, number>>[] = [
  {
    Alert: 0x06,
    Cmd: 0x0a,
    CmdID: 0x0b,
    CmdRef: 0x0c,
    Cred: 0x0e,
    Data: 0x0f,
    Final: 0x12,
    Item: 0x14,
    LocName: 0x16,
    LocURI: 0x17,
    Meta: 0x1a,
    MsgID: 0x1b,
    MsgRef: 0x1c,
    Replace: 0x20,
    Results: 0x22,
    SessionID: 0x25,
    Source: 0x27,
    SourceRef: 0x28,
    Status: 0x29,
    SyncBody: 0x2b,
    SyncHdr: 0x2c,
    SyncML: 0x2d,
    Target: 0x2e,
    TargetRef: 0x2f,
    VerDTD: 0x31,
    VerProto: 0x32,
    Correlator: 0x3c,
  },
  { Format: 0x07, Mark: 0x0b, MaxMsgSize: 0x0c, Size: 0x12, Type: 0x13, MaxObjSize: 0x15 },
];
const CODES: ReadonlyMap<string, number> = new Map(
  PAGES.flatMap((tokens, page) =>
    Object.entries(tokens).map(([name, token]) => [name, (page << 8) | token] as const),
  ),
);

export function toWbxml(xml: string, style: WbxmlStyle): Uint8Array {
  const octets: number[] = [...style.header];
  let page = 0;
  const switchTo = (wanted: number): void => {
    if (wanted !== page) octets.push(0x00, wanted);
    page = wanted;
  };
  const write = ({ name, children }: XmlElement, parent: string): void => {
    const code = CODES.get(name);
    if (code === undefined) throw new Error(`no token for ${name}`);
    switchTo(code >> 8);
    const content = children.filter((child) => typeof child !== 'string' || child.trim() !== '');
    octets.push((code & 0xff) | (content.length > 0 ? 0x40 : 0));
    if (content.length === 0) return;
    for (const child of content) {
      if (typeof child !== 'string') write(child, name);
      else if (name === 'Data' && parent === 'Item' && style.opaqueData === true) {
        const data = Buffer.from(child, 'utf8');
        octets.push(0xc3, ...multiByte(data.length), ...data);
      } else octets.push(0x03, ...Buffer.from(child, 'utf8'), 0x00);
    }
    if (name === 'Meta' && style.switchBackInside === true) switchTo(0);
    octets.push(0x01);
  };
  write(parseXml(xml), '');
  return Uint8Array.from(octets);
}

function multiByte(value: number): readonly number[] {
  return value < 0x80 ? [value] : [...multiByte(value >> 7).map((octet) => octet | 0x80), value & 0x7f];
}
