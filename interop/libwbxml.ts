import {
  type Command,
  type Data,
  dataText,
  decode,
  decodeBase64,
  type Encoding,
  encode,
  encodeBase64,
  type Item,
  joinParts,
  parseMgmtTree,
  type SyncMLMessage,
  serialiseXml,
} from '@fumarole/syncml';
import { runTool } from './run-tool.ts';

/** One way through Debian's libwbxml2-utils; `actual` must equal `expected`. */
export interface Comparison {
  readonly way: 'wbxml2xml' | 'xml2wbxml' | 'wbxml2xml, xml2wbxml';
  readonly expected: SyncMLMessage;
  readonly actual: SyncMLMessage;
}

/** A message to be sent through the tools, with its octets where it was recorded on the wire. */
export interface Specimen {
  readonly message: SyncMLMessage;
  readonly recorded?: { readonly encoding: Encoding; readonly octets: Uint8Array };
}

/**
 * Sends messages through the foreign tools: our WBXML through `wbxml2xml`, our XML through `xml2wbxml`, and those that
 * hold no octets (which XML cannot carry) through one after the other. "Ours" is the recorded form, or what our encoder
 * writes. What comes back is compared by meaning: a TNDS tree by its elements, octets as base64. A message with blob
 * ranges is refused: record it as it went out.
 *
 * @throws Error when the tools are not installed, or refuse a message
 */
export async function roundTripsThroughLibwbxml(
  specimens: readonly Specimen[],
): Promise<readonly (readonly Comparison[])[]> {
  const ourWbxml = specimens.map((specimen) => wireForm(specimen, 'wbxml'));
  const ourXml = specimens.map((specimen) => wireForm(specimen, 'xml'));
  const [theirXml, theirWbxml] = await Promise.all([wbxmlToXml(ourWbxml), xmlToWbxml(ourXml)]);
  const speakable = specimens.flatMap(({ message }, index) =>
    octetValues(message).length === 0 ? [index] : [],
  );
  const twice = await xmlToWbxml(speakable.map((index) => at(theirXml, index)));
  const back = new Map(speakable.map((index, place) => [index, at(twice, place)]));
  return specimens.map(({ message }, index) => {
    const expected = meaning(message);
    const readable = decode(withoutRawOctets(at(theirXml, index), octetValues(message)), 'xml');
    const there: Comparison = { way: 'wbxml2xml', expected, actual: meaning(readable) };
    const here: Comparison = {
      way: 'xml2wbxml',
      expected: meaning(decode(at(ourXml, index), 'xml')),
      actual: meaning(decode(at(theirWbxml, index), 'wbxml')),
    };
    const both = back.get(index);
    if (both === undefined) return [there, here];
    return [there, here, { way: 'wbxml2xml, xml2wbxml', expected, actual: meaning(decode(both, 'wbxml')) }];
  });
}

/** WBXML to XML, compact, white space kept. */
export function wbxmlToXml(documents: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  return runTool('wbxml2xml', ['-m', '0', '-k'], documents);
}

/** XML to WBXML 1.2 without a string table, white space kept. */
export function xmlToWbxml(documents: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  return runTool('xml2wbxml', ['-k', '-n', '-v', '1.2'], documents);
}

function wireForm({ message, recorded }: Specimen, encoding: Encoding): Uint8Array {
  return recorded?.encoding === encoding ? recorded.octets : joinParts(encode(message, encoding));
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`no element ${index}`);
  return value;
}

/** `wbxml2xml` writes OPAQUE octets as they are into a CDATA section; here they become base64. */
function withoutRawOctets(xml: Uint8Array, values: readonly Uint8Array[]): Uint8Array {
  let text = Buffer.from(xml).toString('latin1');
  for (const octets of values) {
    const raw = `<Data><![CDATA[${Buffer.from(octets).toString('latin1')}]]></Data>`;
    text = text.replace(raw, () => `<Data>${encodeBase64(octets)}</Data>`);
  }
  return Buffer.from(text, 'latin1');
}

function octetValues(message: SyncMLMessage): readonly Uint8Array[] {
  return itemsOf(message.body)
    .map(({ Data }) => Data)
    .filter((data) => data instanceof Uint8Array);
}

function itemsOf(commands: readonly Command[]): readonly Item[] {
  return commands.flatMap((command) => {
    if ('commands' in command) {
      return itemsOf(command.commands);
    }
    return 'items' in command ? command.items : [];
  });
}

/** What a message says, without the differences that the tools are free to make. */
function meaning(message: SyncMLMessage): SyncMLMessage {
  const plain = { ...message, body: message.body.map(meaningOfCommand) };
  return JSON.parse(JSON.stringify(plain)) as SyncMLMessage;
}

function meaningOfCommand(command: Command): Command {
  if ('commands' in command) {
    return { ...command, commands: command.commands.map(meaningOfCommand) };
  }
  return 'items' in command ? { ...command, items: command.items.map(meaningOfItem) } : command;
}

function meaningOfItem(item: Item): Item {
  const type = item.Meta?.Type;
  if (item.Data !== undefined && item.Data !== '' && holdsTree(item)) {
    // The tools turn an embedded document into elements and elements into an embedded document, and rename the type.
    const Meta = { ...item.Meta, Type: type?.replace(/wbxml$/, 'xml') };
    return { ...item, Meta: { ...Meta, Format: undefined }, Data: treeText(item.Data, item.Meta?.Format) };
  }
  return item.Data instanceof Uint8Array ? { ...item, Data: octetsText(item, item.Data) } : item;
}

function holdsTree({ Meta, Data }: Item): boolean {
  if (/\.dmtnds\+(wbxml|xml)$/.test(Meta?.Type ?? '')) return true;
  return Meta?.Format === 'xml' && (Data instanceof Uint8Array || /^<MgmtTree/.test(dataText(Data) ?? ''));
}

/** Over XML our embedded document travels as base64, the tools' as elements. */
function treeText(data: Data, format: string | undefined): string {
  const text = data instanceof Uint8Array ? data : dataText(data);
  const value = typeof text === 'string' && format === 'b64' ? (decodeBase64(text) ?? text) : text;
  return serialiseXml(parseMgmtTree(value));
}

/** The tools write text into OPAQUE where they like; only `bin` means octets to them. */
function octetsText(item: Item, octets: Uint8Array): string {
  return item.Meta?.Format === undefined ? dataText(octets) : encodeBase64(octets);
}
