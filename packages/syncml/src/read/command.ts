import { END } from '@fumarole/wbxml';
import type { Chal, Command, Meta } from '../model.ts';
import { StatusCode } from '../status-code.ts';
import { Tag } from '../tag.ts';
import { type Cursor, parseDecimal, readText } from './cursor.ts';
import { type OpenItem, readItem, settleData } from './item.ts';
import { readChal, readMeta } from './meta.ts';

/** Everything a command may hold, in whatever order it came. */
interface Parts {
  CmdID: string;
  Meta: Meta | undefined;
  MsgRef: number | undefined;
  CmdRef: string | undefined;
  Cmd: string;
  Correlator: string | undefined;
  Data: string | undefined;
  Chal: Chal | undefined;
  readonly targetRefs: string[];
  readonly sourceRefs: string[];
  readonly items: OpenItem[];
  readonly commands: Command[];
}

/** Reads the command just entered; undefined: an unknown element without CmdID, which is passed over. */
export function readCommand(cursor: Cursor, tag: number): Command | undefined {
  const name = COMMANDS.has(tag) ? undefined : (cursor.nameOf(tag)?.name ?? `token-${tag.toString(16)}`);
  const parts = readParts(cursor, tag);
  settleData(parts.items, parts.Meta);
  if (name !== undefined) {
    const dataSync = DATA_SYNC.has(tag);
    const { CmdID, Meta } = parts;
    return dataSync || CmdID !== '' ? { kind: 'Unsupported', CmdID, Meta, name, dataSync } : undefined;
  }
  return build(tag, parts);
}

function readParts(cursor: Cursor, tag: number): Parts {
  const parts: Parts = {
    CmdID: '',
    Meta: undefined,
    MsgRef: undefined,
    CmdRef: undefined,
    Cmd: '',
    Correlator: undefined,
    Data: undefined,
    Chal: undefined,
    targetRefs: [],
    sourceRefs: [],
    items: [],
    commands: [],
  };
  const container = tag === Tag.Atomic || tag === Tag.Sequence;
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    if (event >= 0 && !readPart(cursor, event, parts)) {
      const command = container ? readNested(cursor, event) : cursor.skip();
      if (command) {
        parts.commands.push(command);
      }
    }
  }
  return parts;
}

/** Reads one child; false when it is none of a command's own parts. */
function readPart(cursor: Cursor, event: number, parts: Parts): boolean {
  switch (event) {
    case Tag.CmdID:
      parts.CmdID = readText(cursor);
      return true;
    case Tag.Item:
      parts.items.push(readItem(cursor));
      return true;
    case Tag.Meta:
      parts.Meta = readMeta(cursor);
      return true;
    case Tag.MsgRef:
      parts.MsgRef = parseDecimal(readText(cursor));
      return true;
    case Tag.CmdRef:
      parts.CmdRef = readText(cursor);
      return true;
    case Tag.Cmd:
      parts.Cmd = readText(cursor);
      return true;
    case Tag.TargetRef:
      parts.targetRefs.push(readText(cursor, Tag.LocURI));
      return true;
    case Tag.SourceRef:
      parts.sourceRefs.push(readText(cursor, Tag.LocURI));
      return true;
    case Tag.Data:
      parts.Data = readText(cursor);
      return true;
    case Tag.Correlator:
      parts.Correlator = readText(cursor);
      return true;
    case Tag.Chal:
      parts.Chal = readChal(cursor);
      return true;
    default:
      return false;
  }
}

/** Flags and a command's Cred are no commands (R-014, §4); whatever else stands here may be one. */
function readNested(cursor: Cursor, event: number): Command | undefined {
  return FLAGS.has(event) ? void cursor.skip() : readCommand(cursor, event);
}

function build(tag: number, parts: Parts): Command {
  const { CmdID, Meta, items, commands, Correlator } = parts;
  switch (tag) {
    case Tag.Add:
      return { kind: 'Add', CmdID, Meta, items };
    case Tag.Replace:
      return { kind: 'Replace', CmdID, Meta, items };
    case Tag.Copy:
      return { kind: 'Copy', CmdID, Meta, items };
    case Tag.Delete:
      return { kind: 'Delete', CmdID, Meta, items };
    case Tag.Get:
      return { kind: 'Get', CmdID, Meta, items };
    case Tag.Exec:
      return { kind: 'Exec', CmdID, Meta, Correlator, items };
    case Tag.Alert:
      return { kind: 'Alert', CmdID, Meta, Data: parts.Data, Correlator, items };
    case Tag.Atomic:
      return { kind: 'Atomic', CmdID, Meta, commands };
    case Tag.Sequence:
      return { kind: 'Sequence', CmdID, Meta, commands };
    case Tag.Results:
      return results(parts);
    default:
      return status(parts);
  }
}

function results(parts: Parts): Command {
  const { CmdID, Meta, items } = parts;
  return {
    kind: 'Results',
    CmdID,
    Meta,
    MsgRef: parts.MsgRef ?? 1,
    CmdRef: parts.CmdRef ?? '1',
    TargetRef: parts.targetRefs[0],
    SourceRef: parts.sourceRefs[0],
    items,
  };
}

function status(parts: Parts): Command {
  const { CmdID, Meta, items, Cmd } = parts;
  return {
    kind: 'Status',
    CmdID,
    Meta,
    MsgRef: parts.MsgRef ?? 1,
    CmdRef: parts.CmdRef ?? (Cmd === 'SyncHdr' ? '0' : ''),
    Cmd,
    TargetRef: parts.targetRefs,
    SourceRef: parts.sourceRefs,
    Chal: parts.Chal,
    Data: parseDecimal(parts.Data ?? '') ?? StatusCode.CommandFailed,
    items,
  };
}

const COMMANDS: ReadonlySet<number> = new Set([
  Tag.Add,
  Tag.Alert,
  Tag.Atomic,
  Tag.Copy,
  Tag.Delete,
  Tag.Exec,
  Tag.Get,
  Tag.Replace,
  Tag.Results,
  Tag.Sequence,
  Tag.Status,
]);
const DATA_SYNC: ReadonlySet<number> = new Set([Tag.Map, Tag.Put, Tag.Search, Tag.Sync, Tag.Move]);
const FLAGS: ReadonlySet<number> = new Set([
  Tag.NoResp,
  Tag.NoResults,
  Tag.Cred,
  Tag.Archive,
  Tag.SftDel,
  Tag.Lang,
  Tag.NumberOfChanges,
  Tag.Final,
]);
