import { DecodeError, END } from '@fumarole/wbxml';
import type { Command, Cred, Location, Meta, SyncHdr, SyncMLMessage } from '../model.ts';
import { Tag } from '../tag.ts';
import { readCommand } from './command.ts';
import { type Cursor, readNumber, readText } from './cursor.ts';
import { readLocation } from './item.ts';
import { readCred, readMeta } from './meta.ts';

/** Reads the content of `SyncML`, which the cursor has just entered. @throws DecodeError */
export function readMessage(cursor: Cursor): SyncMLMessage {
  let hdr: SyncHdr | undefined;
  let body: Body | undefined;
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    if (event === Tag.SyncHdr) {
      hdr = readHdr(cursor);
    } else if (event === Tag.SyncBody) {
      body = readBody(cursor);
    } else if (event >= 0) {
      cursor.skip();
    }
  }
  if (hdr === undefined || body === undefined) {
    throw missing(cursor, hdr === undefined ? 'SyncHdr' : 'SyncBody');
  }
  return { hdr, body: body.commands, final: body.final };
}

interface Body {
  readonly commands: readonly Command[];
  readonly final: boolean;
}

function readBody(cursor: Cursor): Body {
  const commands: Command[] = [];
  let final = false;
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    if (event === Tag.Final) {
      final = true;
      cursor.skip();
    } else if (event >= 0) {
      const command = readCommand(cursor, event);
      if (command !== undefined) {
        commands.push(command);
      }
    }
  }
  return { commands, final };
}

interface OpenHdr {
  VerDTD: string;
  VerProto: string;
  SessionID: string | undefined;
  MsgID: number | undefined;
  Target: Location;
  Source: Location | undefined;
  RespURI: string | undefined;
  Cred: Cred | undefined;
  Meta: Meta | undefined;
}

function readHdr(cursor: Cursor): SyncHdr {
  const hdr: OpenHdr = {
    VerDTD: '',
    VerProto: '',
    SessionID: undefined,
    MsgID: undefined,
    Target: { LocURI: '', LocName: undefined },
    Source: undefined,
    RespURI: undefined,
    Cred: undefined,
    Meta: undefined,
  };
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    if (event >= 0) {
      readHdrPart(cursor, event, hdr);
    }
  }
  const { SessionID, MsgID, Source } = hdr;
  // Without these no answer can be addressed; what else is missing is answered by a Status.
  if (!SessionID || MsgID === undefined || !Source?.LocURI) {
    throw missing(cursor, !SessionID ? 'SessionID' : MsgID === undefined ? 'MsgID' : 'Source');
  }
  return { ...hdr, SessionID, MsgID, Source };
}

function readHdrPart(cursor: Cursor, event: number, hdr: OpenHdr): void {
  switch (event) {
    case Tag.VerDTD:
      hdr.VerDTD = readText(cursor);
      break;
    case Tag.VerProto:
      hdr.VerProto = readText(cursor);
      break;
    case Tag.SessionID:
      hdr.SessionID = readText(cursor);
      break;
    case Tag.MsgID:
      hdr.MsgID = readNumber(cursor, 'MsgID');
      break;
    case Tag.Target:
      hdr.Target = readLocation(cursor);
      break;
    case Tag.Source:
      hdr.Source = readLocation(cursor);
      break;
    case Tag.RespURI:
      hdr.RespURI = readText(cursor);
      break;
    case Tag.Cred:
      hdr.Cred = readCred(cursor);
      break;
    case Tag.Meta:
      hdr.Meta = readMeta(cursor);
      break;
    default:
      cursor.skip();
  }
}

function missing(cursor: Cursor, name: string): DecodeError {
  return new DecodeError('missing', cursor.offset, name);
}
