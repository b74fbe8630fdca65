import type {
  Add,
  Alert,
  Atomic,
  Command,
  Copy,
  Delete,
  Exec,
  Get,
  Item,
  Meta,
  Replace,
  Results,
  Sequence,
  Status,
} from '../model.ts';
import { Tag } from '../tag.ts';
import type { Emitter } from './emitter.ts';
import { writeItem } from './item.ts';
import { optional, writeChal, writeMeta } from './meta.ts';

/** Writes a command in DTD order (syncml-wbxml §3). An `Unsupported` one can only be displayed. */
export function writeCommand(out: Emitter, command: Command): void {
  switch (command.kind) {
    case 'Status':
      writeStatus(out, command);
      break;
    case 'Results':
      writeResults(out, command);
      break;
    case 'Alert':
      writeAlert(out, command);
      break;
    case 'Replace':
      writePlain(out, Tag.Replace, command);
      break;
    case 'Get':
      writePlain(out, Tag.Get, command);
      break;
    case 'Exec':
      writeExec(out, command);
      break;
    case 'Add':
      writePlain(out, Tag.Add, command);
      break;
    case 'Delete':
      writePlain(out, Tag.Delete, command);
      break;
    case 'Copy':
      writePlain(out, Tag.Copy, command);
      break;
    case 'Atomic':
    case 'Sequence':
      writeContainer(out, command);
      break;
    default:
      out.unsupported(command);
  }
}

function writePlain(out: Emitter, tag: number, command: Add | Copy | Delete | Get | Replace): void {
  begin(out, tag, command.CmdID);
  writeMeta(out, command.Meta);
  writeItems(out, command.items, command.Meta);
  out.close(tag);
}

function begin(out: Emitter, tag: number, id: string): void {
  out.open(tag);
  out.textElement(Tag.CmdID, id);
}

function writeStatus(out: Emitter, status: Status): void {
  begin(out, Tag.Status, status.CmdID);
  out.numberElement(Tag.MsgRef, status.MsgRef);
  out.textElement(Tag.CmdRef, status.CmdRef);
  out.textElement(Tag.Cmd, status.Cmd);
  for (const ref of status.TargetRef) {
    out.textElement(Tag.TargetRef, ref);
  }
  for (const ref of status.SourceRef) {
    out.textElement(Tag.SourceRef, ref);
  }
  if (status.Chal !== undefined) {
    writeChal(out, status.Chal);
  }
  out.numberElement(Tag.Data, status.Data);
  writeItems(out, status.items, undefined);
  out.close(Tag.Status);
}

function writeResults(out: Emitter, results: Results): void {
  begin(out, Tag.Results, results.CmdID);
  out.numberElement(Tag.MsgRef, results.MsgRef);
  out.textElement(Tag.CmdRef, results.CmdRef);
  writeMeta(out, results.Meta);
  optional(out, Tag.TargetRef, results.TargetRef);
  optional(out, Tag.SourceRef, results.SourceRef);
  writeItems(out, results.items, results.Meta);
  out.close(Tag.Results);
}

function writeAlert(out: Emitter, alert: Alert): void {
  begin(out, Tag.Alert, alert.CmdID);
  optional(out, Tag.Data, alert.Data);
  optional(out, Tag.Correlator, alert.Correlator);
  writeItems(out, alert.items, undefined);
  out.close(Tag.Alert);
}

function writeExec(out: Emitter, exec: Exec): void {
  begin(out, Tag.Exec, exec.CmdID);
  writeMeta(out, exec.Meta);
  optional(out, Tag.Correlator, exec.Correlator);
  writeItems(out, exec.items, exec.Meta);
  out.close(Tag.Exec);
}

function writeContainer(out: Emitter, container: Atomic | Sequence): void {
  const tag = container.kind === 'Atomic' ? Tag.Atomic : Tag.Sequence;
  begin(out, tag, container.CmdID);
  writeMeta(out, container.Meta);
  for (const command of container.commands) {
    writeCommand(out, command);
  }
  out.close(tag);
}

function writeItems(out: Emitter, items: readonly Item[], commandMeta: Meta | undefined): void {
  for (const item of items) {
    writeItem(out, item, commandMeta);
  }
}
