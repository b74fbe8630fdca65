import type { Item, Results } from '@fumarole/syncml';
import { decodeBase64, effectiveMeta } from '@fumarole/syncml';
import { fromUtf8 } from '../auth/host.ts';
import { SESSION_LIMITS } from '../limits.ts';
import { refuseFirst, takePiece } from './chunk.ts';
import type { CollectingObject, ResultItem } from './server-types.ts';
import type { ServerWork } from './server-work.ts';
import { owe } from './server-work.ts';

/** Takes the Results of a Get; the last Item may be a piece of a large value (§2, §4). */
export function takeResults(work: ServerWork, results: Results): void {
  work.progress = true;
  const { session } = work;
  const index = session.outstanding.findIndex(
    (o) => o.msgRef === results.MsgRef && o.cmdRef === results.CmdRef,
  );
  const row = session.outstanding[index];
  if (row === undefined) {
    breakOff(work);
    return;
  }
  if (row.state === 'open') {
    // Results without a Status count as success (I-017).
    session.outstanding = session.outstanding.with(index, { ...row, state: 'answered' });
  }
  const whole: ResultItem[] = [];
  for (const item of results.items) {
    if (isPiece(work, results, item)) {
      takeResultsPiece(work, results, item, row.key);
    } else {
      breakOff(work);
      whole.push(resultItem(results, item));
    }
  }
  if (whole.length > 0) {
    work.events.push({ kind: 'results', key: row.key, items: whole });
  }
}

/** A large value on its way is not going on: Alert 1225, forget it (§4, receiver rule 4). */
export function breakOff(work: ServerWork): void {
  const { collecting } = work.session;
  if (collecting !== undefined) {
    work.session.noEnd = collecting.uri;
    failPieces(work, collecting, 424);
  }
}

function isPiece(work: ServerWork, results: Results, item: Item): boolean {
  const { collecting } = work.session;
  return item.MoreData === true || (collecting !== undefined && continues(collecting, results, item));
}

function continues(collecting: CollectingObject, results: Results, item: Item): boolean {
  return (
    collecting.msgRef === results.MsgRef &&
    collecting.cmdRef === results.CmdRef &&
    collecting.uri === uriOf(results, item)
  );
}

function takeResultsPiece(work: ServerWork, results: Results, item: Item, key: string): void {
  const { session } = work;
  if (session.collecting !== undefined && !continues(session.collecting, results, item)) {
    breakOff(work);
  }
  const collecting = session.collecting ?? begin(work, results, item, key);
  if (typeof collecting === 'number') {
    owe(work, results, collecting, { sourceRef: uriOf(results, item) });
    return;
  }
  const last = item.MoreData !== true;
  const taken = takePiece(collecting, item.Data, last);
  if (taken === 424) {
    failPieces(work, collecting, 424);
    owe(work, results, 424, { sourceRef: collecting.uri });
    return;
  }
  work.pieceArrived = true;
  const meta = effectiveMeta(results.Meta, item);
  work.events.push({
    kind: 'chunk',
    key: collecting.key,
    uri: collecting.uri,
    offset: collecting.decoded,
    bytes: taken.bytes,
    size: collecting.size,
    last,
    ...(meta.Format === undefined ? {} : { format: meta.Format }),
    ...(meta.Type === undefined ? {} : { type: meta.Type }),
  });
  if (last) {
    delete session.collecting;
  } else {
    session.collecting = { ...collecting, ...taken.arrived };
    owe(work, results, 213, { sourceRef: collecting.uri });
  }
}

function begin(work: ServerWork, results: Results, item: Item, key: string): CollectingObject | number {
  const meta = effectiveMeta(results.Meta, item);
  const refused = refuseFirst(meta.Size, work.config.maxObjSize);
  const uri = uriOf(results, item);
  if (refused !== undefined || meta.Size === undefined || uri.length > SESSION_LIMITS.uriLength) {
    return refused ?? 414;
  }
  const { MsgRef: msgRef, CmdRef: cmdRef } = results;
  const base64 = meta.Format?.toLowerCase() === 'b64';
  return { key, msgRef, cmdRef, uri, base64, size: meta.Size, carried: 0, decoded: 0, rest: '' };
}

function failPieces(work: ServerWork, collecting: CollectingObject, code: number): void {
  delete work.session.collecting;
  if (collecting.carried > 0) {
    work.events.push({ kind: 'chunk-failed', key: collecting.key, uri: collecting.uri, code });
  }
}

function resultItem(results: Results, item: Item): ResultItem {
  const meta = effectiveMeta(results.Meta, item);
  return {
    uri: uriOf(results, item),
    ...(meta.Format === undefined ? {} : { format: meta.Format }),
    ...(meta.Type === undefined ? {} : { type: meta.Type }),
    data: resultData(item, meta.Format?.toLowerCase()),
  };
}

function uriOf(results: Results, item: Item): string {
  return item.Source?.LocURI ?? item.Target?.LocURI ?? results.SourceRef ?? results.TargetRef ?? '';
}

function resultData(item: Item, format: string | undefined): string | Uint8Array {
  const data = item.Data ?? '';
  if (typeof data === 'string') {
    const text = data.replace(/\0+$/, '');
    return format === 'b64' ? (decodeBase64(text) ?? text) : text;
  }
  if (!(data instanceof Uint8Array)) {
    return '';
  }
  const text = format === 'bin' ? undefined : fromUtf8(data);
  if (text === undefined) {
    return data;
  }
  return format === 'b64' ? (decodeBase64(text) ?? data) : text.replace(/\0+$/, '');
}
