import {
  type Command,
  DecodeError,
  decode,
  type Encoding,
  encode,
  encodeBase64,
  type Item,
  joinParts,
  type SyncMLMessage,
  toXmlText,
} from '@fumarole/syncml';
import { messages, octetItem, textItem } from '@fumarole/testkit/arbitrary';
import fc from 'fast-check';
import { messagesIn } from '../corpus.ts';
import { asXml, mustEqual, unlessRefused } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

export const syncmlWbxml: Target = messageTarget('syncml-wbxml', 'wbxml');
export const syncmlXml: Target = messageTarget('syncml-xml', 'xml');

function messageTarget(name: string, encoding: Encoding): Target {
  return {
    name,
    asks: `SyncML messages in ${encoding.toUpperCase()}: what decodes is written again and means the same, in both forms`,
    seeds: () => messagesIn(encoding),
    take: (octets) => {
      const message = unlessRefused(() => decode(octets, encoding), DecodeError);
      if (message === undefined) return;
      toXmlText(message);
      return () => throughBothForms(message);
    },
    models: [
      model(
        'R-046: decode(encode(x)) = x',
        messages(encoding === 'wbxml' ? fc.oneof(textItem, octetItem) : textItem),
        (x) => {
          mustEqual(decode(joinParts(encode(x, encoding)), encoding), x, 'the message');
        },
      ),
      model('XML and WBXML mean the same', messages(fc.oneof(textItem, octetItem)), throughBothForms),
    ],
  };
}

/** Whatever was decoded can be written, and reads the same from either form. */
function throughBothForms(message: SyncMLMessage): void {
  const known = { ...message, body: message.body.flatMap(withoutUnknown) };
  for (const form of ['wbxml', 'xml'] as const) {
    const again = unlessTooLarge(() => decode(joinParts(encode(known, form)), form));
    if (again === undefined) continue;
    mustEqual(meaning(again, form), meaning(known, form), `the message through ${form}`);
  }
}

/** What was written in a short form, such as elements without content, may be over a limit when it is written out. */
function unlessTooLarge<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError && (error.code === 'nodes' || error.code === 'size')) return undefined;
    throw error;
  }
}

/** A command that is not of DM is read to be refused (406, 501), never to be sent. */
function withoutUnknown(command: Command): readonly Command[] {
  if (command.kind === 'Unsupported') return [];
  // neither has a Meta in the DTD; one that comes is read and not sent
  if (command.kind === 'Status' || command.kind === 'Alert') return [{ ...command, Meta: undefined }];
  return 'commands' in command
    ? [{ ...command, commands: command.commands.flatMap(withoutUnknown) }]
    : [command];
}

/** What a message says: octets travel over XML as base64, and Format says so. */
function meaning(message: SyncMLMessage, form: Encoding): unknown {
  return form === 'wbxml' ? message : asXml({ ...message, body: message.body.map(meaningOf) });
}

function meaningOf(command: Command): unknown {
  if ('commands' in command) return { ...command, commands: command.commands.map(meaningOf) };
  return 'items' in command ? { ...command, items: command.items.map(meaningOfItem) } : command;
}

function meaningOfItem(item: Item): unknown {
  if (!(item.Data instanceof Uint8Array)) return item;
  return { ...item, Meta: { ...item.Meta, Format: 'b64' }, Data: encodeBase64(item.Data) };
}
