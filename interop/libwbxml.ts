import { spawnSync } from 'node:child_process';
import {
  type Command,
  type Data,
  dataText,
  decode,
  decodeBase64,
  encode,
  encodeBase64,
  type Item,
  joinParts,
  parseMgmtTree,
  type SyncMLMessage,
  serialiseXml,
} from '@fumarole/syncml';

/** One way through Debian's libwbxml2-utils; `actual` must equal `expected`. */
export interface Comparison {
  readonly way: 'wbxml2xml' | 'xml2wbxml' | 'wbxml2xml, xml2wbxml';
  readonly expected: SyncMLMessage;
  readonly actual: SyncMLMessage;
}

/**
 * Sends a message through the foreign tools: our WBXML through `wbxml2xml`, our XML through `xml2wbxml`, and, when it
 * holds no octets (which XML cannot carry), through one after the other. What comes back is compared by meaning: a
 * TNDS tree by its elements, octets as base64. A message with blob ranges is refused: record it as it went out.
 *
 * @throws Error when the tools are not installed, or refuse the message
 */
export function roundTripThroughLibwbxml(message: SyncMLMessage): readonly Comparison[] {
  const octets = octetValues(message);
  const ourWbxml = joinParts(encode(message, 'wbxml'));
  const ourXml = joinParts(encode(message, 'xml'));
  const theirXml = wbxmlToXml(ourWbxml);
  const readable = decode(withoutRawOctets(theirXml, octets), 'xml');
  const comparisons: Comparison[] = [
    { way: 'wbxml2xml', expected: meaning(message), actual: meaning(readable) },
    {
      way: 'xml2wbxml',
      expected: meaning(decode(ourXml, 'xml')),
      actual: meaning(decode(xmlToWbxml(ourXml), 'wbxml')),
    },
  ];
  if (octets.length === 0) {
    const actual = meaning(decode(xmlToWbxml(theirXml), 'wbxml'));
    comparisons.push({ way: 'wbxml2xml, xml2wbxml', expected: meaning(message), actual });
  }
  return comparisons;
}

/** WBXML to XML, compact, white space kept. */
export function wbxmlToXml(octets: Uint8Array): Uint8Array {
  return run('wbxml2xml', ['-m', '0', '-k', '-o', '-', '-'], octets);
}

/** XML to WBXML 1.2 without a string table, white space kept. */
export function xmlToWbxml(octets: Uint8Array): Uint8Array {
  return run('xml2wbxml', ['-k', '-n', '-v', '1.2', '-o', '-', '-'], octets);
}

const TOOL_MILLISECONDS = 10_000;
const TOOL_OCTETS = 16 * 1024 * 1024;

function run(tool: string, options: readonly string[], input: Uint8Array): Uint8Array {
  const { error, status, stdout, stderr } = spawnSync(tool, options, {
    input,
    timeout: TOOL_MILLISECONDS,
    maxBuffer: TOOL_OCTETS,
  });
  if (error !== undefined) {
    const missing = 'code' in error && error.code === 'ENOENT';
    const remedy = 'install the Debian package libwbxml2-utils (apt-get install libwbxml2-utils)';
    throw new Error(missing ? `${tool} is not installed: ${remedy}` : `${tool}: ${error.message}`, {
      cause: error,
    });
  }
  if (status !== 0 || stdout.length === 0) {
    throw new Error(`${tool} refused the message (${status}): ${stderr.toString('utf8').trim()}`);
  }
  return stdout;
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
  const isTree = /\.dmtnds\+(wbxml|xml)$/.test(type ?? '');
  if (isTree && item.Data !== undefined && item.Data !== '') {
    // The tools turn an embedded document into elements, and rename the type with it.
    const Meta = { ...item.Meta, Type: type?.replace(/wbxml$/, 'xml') };
    return { ...item, Meta: { ...Meta, Format: undefined }, Data: treeText(item.Data, item.Meta?.Format) };
  }
  return item.Data instanceof Uint8Array ? { ...item, Data: octetsText(item, item.Data) } : item;
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
