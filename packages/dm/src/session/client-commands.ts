import type { Add, Alert, Atomic, Command, Item, Replace, Sequence } from '@fumarole/syncml';
import { AlertCode, alertCodeFrom, commandLength, effectiveMeta } from '@fumarole/syncml';
import { CLIENT_LIMITS } from '../limits.ts';
import { refuseFirst, takePiece } from './chunk.ts';
import type { ReceivingObject } from './client-types.ts';
import type { Reading } from './client-work.ts';
import { nextWork, settle } from './client-work.ts';

/** Room that the SyncHdr and its Status take of a message, at most. */
const FRAME = 1500;

/** Takes a command of the server: a Status at once, or work for the device (§3, I-045). */
export function takeServerCommand(reading: Reading, command: Command): void {
  if (command.kind === 'Alert') {
    takeServerAlert(reading, command);
    return;
  }
  reading.commands = true;
  if (!reading.trusted) {
    denyAll(reading, command);
  } else if (command.CmdID === '') {
    settle(reading, command, 400);
  } else if (command.kind === 'Unsupported') {
    dropObject(reading);
    settle(reading, { CmdID: command.CmdID, kind: command.name }, command.dataSync ? 406 : 501);
  } else if (command.kind === 'Add' || command.kind === 'Replace') {
    takeValue(reading, command);
  } else {
    dropObject(reading);
    takeOther(reading, command);
  }
}

/** Nothing of a server that has not proved itself is executed (P-090). */
function denyAll(reading: Reading, command: Command): void {
  const kind = command.kind === 'Unsupported' ? command.name : command.kind;
  settle(reading, { CmdID: command.CmdID, kind }, reading.denial);
  for (const child of 'commands' in command ? command.commands : []) {
    denyAll(reading, child);
  }
}

function takeOther(reading: Reading, command: Command): void {
  const container = command.kind === 'Atomic' || command.kind === 'Sequence';
  if (container && hasPieces(command)) {
    settleContainer(reading, command, 406);
  } else if (command.kind === 'Atomic' && !answerFits(reading, command)) {
    settleContainer(reading, command, 517);
  } else {
    assign(reading, command);
  }
}

function assign(reading: Reading, command: Command): void {
  const work = nextWork(reading);
  reading.work.push({ kind: 'command', work, command });
  reading.slots.push({ kind: 'work', work, cmdID: command.CmdID, cmd: command.kind });
}

function hasPieces(command: Command): boolean {
  if ('commands' in command) {
    return command.commands.some(hasPieces);
  }
  return 'items' in command && command.items.some((item) => item.MoreData === true);
}

function settleContainer(reading: Reading, command: Atomic | Sequence, code: number): void {
  settle(reading, command, code);
  for (const child of command.commands) {
    settleChild(reading, child);
  }
}

function settleChild(reading: Reading, command: Command): void {
  settle(reading, command, 215);
  for (const child of 'commands' in command ? command.commands : []) {
    settleChild(reading, child);
  }
}

/** The Statuses of an Atomic must fit one message, or nothing of it is done (P-037). */
function answerFits(reading: Reading, command: Atomic): boolean {
  const { session } = reading;
  const limit =
    session.peer.maxMsgSize ?? session.limits.assumedMaxMsgSize ?? CLIENT_LIMITS.assumedMaxMsgSize;
  return statusesLength(reading, command) <= limit - FRAME;
}

function statusesLength(reading: Reading, command: Command): number {
  const uris = 'items' in command ? command.items.map((item) => item.Target?.LocURI ?? '') : [''];
  let length = 0;
  for (const uri of uris) {
    length += commandLength(
      {
        kind: 'Status',
        CmdID: '9999',
        MsgRef: reading.message.hdr.MsgID,
        CmdRef: command.CmdID,
        Cmd: command.kind,
        TargetRef: [uri],
        SourceRef: [],
        Data: 200,
        items: [],
      },
      reading.session.encoding,
    );
  }
  for (const child of 'commands' in command ? command.commands : []) {
    length += statusesLength(reading, child);
  }
  return length;
}

function takeServerAlert(reading: Reading, alert: Alert): void {
  const code = alertCodeFrom('server', alert.Data);
  if (code === AlertCode.SessionAbort) {
    reading.end ??= 'aborted';
    return;
  }
  if (code === AlertCode.NextMessage) {
    reading.asked = true;
    settle(reading, alert, reading.trusted ? 200 : reading.denial);
    return;
  }
  reading.commands = true;
  if (!reading.trusted) {
    settle(reading, alert, reading.denial);
  } else if (code === AlertCode.NoEndOfData) {
    dropResults(reading);
    settle(reading, alert, 200);
  } else if (code === undefined) {
    dropObject(reading);
    settle(reading, alert, 406);
  } else {
    dropObject(reading);
    assign(reading, alert);
  }
}

/** The server misses the end of our Results: it has dropped them (§4). */
export function dropResults(reading: Reading): void {
  const { session } = reading;
  if (session.sending !== undefined) {
    const { sending } = session;
    session.queue = session.queue.filter((unit) => unit.kind !== 'results' || unit.offset === undefined);
    session.outstanding = session.outstanding.filter((row) => row.cmdRef !== sending.cmdRef);
    delete session.sending;
  }
}

/** Something else came before the last piece: Alert 1225, forget the object (P-063). */
export function dropObject(reading: Reading): void {
  const { object } = reading.session;
  if (object !== undefined) {
    reading.session.queue = [...reading.session.queue, { kind: 'no-end', uri: object.uri }];
    forget(reading, object);
  }
}

function forget(reading: Reading, object: ReceivingObject): void {
  delete reading.session.object;
  reading.work.push({ kind: 'drop-object', uri: object.uri });
}

function takeValue(reading: Reading, command: Add | Replace): void {
  const { object } = reading.session;
  const first = command.items[0];
  const goesOn = object !== undefined && first !== undefined && continues(object, command, first);
  if (!goesOn) {
    dropObject(reading);
  }
  const lastItem = command.items.at(-1);
  const piece = goesOn ? first : lastItem?.MoreData === true ? lastItem : undefined;
  const whole = command.items.filter((item) => item !== piece);
  if (whole.some((item) => item.MoreData === true)) {
    settle(reading, command, 400);
    return;
  }
  if (goesOn && whole.length > 0) {
    // A piece stands alone; what follows it is a new item (§4, receiver rule 4).
    takePieceItem(reading, command, first);
    takeValue(reading, { ...command, items: whole });
    return;
  }
  if (whole.length > 0 || piece === undefined) {
    assign(reading, { ...command, items: whole });
  }
  if (piece !== undefined) {
    takePieceItem(reading, command, piece);
  }
}

function continues(object: ReceivingObject, command: Add | Replace, item: Item): boolean {
  return command.kind === object.cmd && item.Target?.LocURI === object.uri;
}

function takePieceItem(reading: Reading, command: Add | Replace, item: Item): void {
  const uri = item.Target?.LocURI ?? '';
  const known = reading.session.object;
  const object = known ?? begin(reading, command, item);
  if (typeof object === 'number') {
    settle(reading, command, object, { targetRef: uri });
    return;
  }
  const last = item.MoreData !== true;
  const taken = takePiece(object, item.Data, last);
  if (taken === 424) {
    if (known !== undefined) {
      forget(reading, object);
    }
    settle(reading, command, 424, { targetRef: uri });
    return;
  }
  const work = nextWork(reading);
  const { Format, Type } = object.meta;
  reading.work.push({
    kind: 'chunk',
    work,
    cmdID: command.CmdID,
    cmd: command.kind,
    uri,
    ...(Format === undefined ? {} : { format: Format }),
    ...(Type === undefined ? {} : { type: Type }),
    offset: object.decoded,
    bytes: taken.bytes,
    ...(known === undefined ? { size: object.size } : {}),
    last,
  });
  reading.slots.push({ kind: 'work', work, cmdID: command.CmdID, cmd: command.kind });
  if (last) {
    delete reading.session.object;
  } else {
    reading.session.object = { ...object, ...taken.arrived };
  }
}

function begin(reading: Reading, command: Add | Replace, item: Item): ReceivingObject | number {
  const { limits } = reading.session;
  if (limits.largeObjects === false) {
    return 406;
  }
  const meta = effectiveMeta(command.Meta, item);
  const refused = refuseFirst(meta.Size, limits.maxObjSize);
  if (refused !== undefined || meta.Size === undefined) {
    return refused ?? 411;
  }
  return {
    cmd: command.kind,
    uri: item.Target?.LocURI ?? '',
    base64: meta.Format?.toLowerCase() === 'b64',
    meta,
    size: meta.Size,
    carried: 0,
    decoded: 0,
    rest: '',
  };
}
