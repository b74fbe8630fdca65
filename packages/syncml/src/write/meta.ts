import type { Chal, Cred, Meta } from '../model.ts';
import { Tag } from '../tag.ts';
import type { Emitter } from './emitter.ts';

/** `Meta` with its children in the order of §7.4(5); nothing when it has none. */
export function writeMeta(out: Emitter, meta: Meta | undefined): void {
  if (meta === undefined || isEmpty(meta)) {
    return;
  }
  out.open(Tag.Meta);
  optional(out, Tag.Format, meta.Format);
  optional(out, Tag.Type, meta.Type);
  optional(out, Tag.Mark, meta.Mark);
  optionalNumber(out, Tag.Size, meta.Size);
  optional(out, Tag.NextNonce, meta.NextNonce);
  optionalNumber(out, Tag.MaxMsgSize, meta.MaxMsgSize);
  optionalNumber(out, Tag.MaxObjSize, meta.MaxObjSize);
  out.close(Tag.Meta);
}

export function writeCred(out: Emitter, cred: Cred): void {
  out.open(Tag.Cred);
  writeMeta(out, cred.Meta);
  out.textElement(Tag.Data, cred.Data);
  out.close(Tag.Cred);
}

export function writeChal(out: Emitter, chal: Chal): void {
  out.open(Tag.Chal);
  writeMeta(out, chal.Meta);
  out.close(Tag.Chal);
}

export function optional(out: Emitter, tag: number, value: string | undefined): void {
  if (value !== undefined) {
    out.textElement(tag, value);
  }
}

function optionalNumber(out: Emitter, tag: number, value: number | undefined): void {
  if (value !== undefined) {
    out.numberElement(tag, value);
  }
}

function isEmpty(meta: Meta): boolean {
  return (
    meta.Format === undefined &&
    meta.Type === undefined &&
    meta.Mark === undefined &&
    meta.Size === undefined &&
    meta.NextNonce === undefined &&
    meta.MaxMsgSize === undefined &&
    meta.MaxObjSize === undefined
  );
}
