import type { SyncHdr, SyncMLMessage } from '../model.ts';
import { Tag } from '../tag.ts';
import { writeCommand } from './command.ts';
import type { Emitter } from './emitter.ts';
import { writeLocation } from './item.ts';
import { writeCred, writeMeta } from './meta.ts';

/** Writes a message in DTD order. */
export function writeMessage(out: Emitter, message: SyncMLMessage): void {
  out.open(Tag.SyncML);
  writeHdr(out, message.hdr);
  out.open(Tag.SyncBody);
  for (const command of message.body) {
    writeCommand(out, command);
  }
  if (message.final) {
    out.empty(Tag.Final);
  }
  out.close(Tag.SyncBody);
  out.close(Tag.SyncML);
}

function writeHdr(out: Emitter, hdr: SyncHdr): void {
  out.open(Tag.SyncHdr);
  out.textElement(Tag.VerDTD, hdr.VerDTD);
  out.textElement(Tag.VerProto, hdr.VerProto);
  out.textElement(Tag.SessionID, hdr.SessionID);
  out.numberElement(Tag.MsgID, hdr.MsgID);
  writeLocation(out, Tag.Target, hdr.Target);
  writeLocation(out, Tag.Source, hdr.Source);
  if (hdr.RespURI !== undefined) {
    out.textElement(Tag.RespURI, hdr.RespURI);
  }
  if (hdr.Cred !== undefined) {
    writeCred(out, hdr.Cred);
  }
  writeMeta(out, hdr.Meta);
  out.close(Tag.SyncHdr);
}
