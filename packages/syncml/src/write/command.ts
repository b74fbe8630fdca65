import type { Alert, Atomic, Command, Exec, Item, Meta, Results, Sequence, Status } from '../model.ts';
import { Tag } from '../tag.ts';
import type { Emitter } from './emitter.ts';
import { writeItem } from './item.ts';
import { optional, writeChal, writeMeta } from './meta.ts';

/** Writes a command in DTD order (syncml-wbxml §3). An `Unsupported` one can only be displayed. */
export function writeCommand(out: Emitter, command: Command): void {
  if (command.kind === 'Unsupported') {
    out.unsupported(command);
    return;
  }
  const tag = Tag[command.kind];
  out.open(tag);
  out.textElement(Tag.CmdID, command.CmdID);
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
    case 'Exec':
      writeExec(out, command);
      break;
    case 'Atomic':
    case 'Sequence':
      writeContainer(out, command);
      break;
    default:
      writeMeta(out, command.Meta);
      writeItems(out, command.items, command.Meta);
  }
  out.close(tag);
}

function writeStatus(out: Emitter, status: Status): void {
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
}

function writeResults(out: Emitter, results: Results): void {
  out.numberElement(Tag.MsgRef, results.MsgRef);
  out.textElement(Tag.CmdRef, results.CmdRef);
  writeMeta(out, results.Meta);
  optional(out, Tag.TargetRef, results.TargetRef);
  optional(out, Tag.SourceRef, results.SourceRef);
  writeItems(out, results.items, results.Meta);
}

function writeAlert(out: Emitter, alert: Alert): void {
  optional(out, Tag.Data, alert.Data);
  optional(out, Tag.Correlator, alert.Correlator);
  writeItems(out, alert.items, undefined);
}

function writeExec(out: Emitter, exec: Exec): void {
  writeMeta(out, exec.Meta);
  optional(out, Tag.Correlator, exec.Correlator);
  writeItems(out, exec.items, exec.Meta);
}

function writeContainer(out: Emitter, container: Atomic | Sequence): void {
  writeMeta(out, container.Meta);
  for (const command of container.commands) {
    writeCommand(out, command);
  }
}

function writeItems(out: Emitter, items: readonly Item[], commandMeta: Meta | undefined): void {
  for (const item of items) {
    writeItem(out, item, commandMeta);
  }
}
