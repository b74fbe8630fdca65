import { decodeText, encodeText } from '@fumarole/wbxml';
import { decodeBase64 } from './base64.ts';
import type { Command, Cred, Data, Item, Meta, SyncHdr, SyncMLMessage } from './model.ts';

/** Data above this is kept as length, hash and its first octets. */
const MAX_KEPT_BYTES = 1024;
const HEAD_BYTES = 64;
const HIDDEN = '[redacted]';
/** Paths under which the last segment is the right to fetch or report something. */
const CAPABILITY_URL = /(\/(?:d|dd|n)\/)[^\s"'<>?/]+/g;
/** Leaves of DMAcc (OMA-TS-DM_StdObj) that hold secrets and nonces. */
const SECRET_LEAF = /\/(?:AAuthSecret|AAuthData|ClientPW|ServerPW|ClientNonce|ServerNonce)$/i;
/** The same as names in a serialised subtree (TNDS), before their values. */
const SECRET_NAME = /AAuthSecret|AAuthData|ClientPW|ServerPW|ClientNonce|ServerNonce/i;
const VALUE_ELEMENT = /<(?:\w+:)?(?:Value|Data)\b/;

/** SHA-256 of octets as lower-case hex. */
export type Sha256Hex = (octets: Uint8Array) => string;

/**
 * A message fit to be kept and shown: credentials, nonces and signed URLs replaced, large data as length, hash and
 * first octets, octets as text. The result is plain JSON.
 */
export function redactMessage(message: SyncMLMessage, sha256: Sha256Hex): SyncMLMessage {
  return {
    ...message,
    hdr: redactHeader(message.hdr),
    body: message.body.map((c) => redactCommand(c, sha256)),
  };
}

function redactHeader(hdr: SyncHdr): SyncHdr {
  return {
    ...hdr,
    Target: { ...hdr.Target, LocURI: hideQuery(hdr.Target.LocURI) },
    Source: { ...hdr.Source, LocURI: hideQuery(hdr.Source.LocURI) },
    ...(hdr.RespURI === undefined ? {} : { RespURI: hideQuery(hdr.RespURI) }),
    ...(hdr.Cred === undefined ? {} : { Cred: redactCred(hdr.Cred) }),
    ...(hdr.Meta === undefined ? {} : { Meta: redactMeta(hdr.Meta) }),
  };
}

function redactCred(cred: Cred): Cred {
  return { ...cred, Data: HIDDEN };
}

function redactMeta(meta: Meta): Meta {
  return meta.NextNonce === undefined ? meta : { ...meta, NextNonce: HIDDEN };
}

function redactCommand(command: Command, sha256: Sha256Hex): Command {
  const meta = command.Meta === undefined ? {} : { Meta: redactMeta(command.Meta) };
  switch (command.kind) {
    case 'Atomic':
    case 'Sequence':
      return { ...command, ...meta, commands: command.commands.map((c) => redactCommand(c, sha256)) };
    case 'Status':
      return {
        ...command,
        ...meta,
        TargetRef: command.TargetRef.map(hideQuery),
        SourceRef: command.SourceRef.map(hideQuery),
        items: command.items.map((item) => redactItem(item, sha256)),
        ...(command.Chal === undefined ? {} : { Chal: { Meta: redactMeta(command.Chal.Meta) } }),
      };
    case 'Unsupported':
      return { ...command, ...meta };
    default:
      return { ...command, ...meta, items: command.items.map((item) => redactItem(item, sha256)) };
  }
}

function redactItem(item: Item, sha256: Sha256Hex): Item {
  const uri = item.Target?.LocURI ?? item.Source?.LocURI ?? '';
  const meta = item.Meta === undefined ? {} : { Meta: redactMeta(item.Meta) };
  if (item.Data === undefined) return { ...item, ...meta };
  const hidden = SECRET_LEAF.test(uri) || hidesSecret(item.Data, item.Meta?.Format);
  return { ...item, ...meta, Data: hidden ? HIDDEN : keptData(item.Data, sha256) };
}

function keptData(data: Data, sha256: Sha256Hex): string {
  if (typeof data === 'string') {
    if (data.length <= MAX_KEPT_BYTES) return isSecretTree(data) ? HIDDEN : hideCapabilities(data);
    return digest(encodeText(data), sha256);
  }
  if (!(data instanceof Uint8Array)) {
    const { sha256: hash, offset, length } = data.ref;
    return `[${length} octets from ${offset} of the object with sha256 ${hash}]`;
  }
  if (data.length > MAX_KEPT_BYTES) return digest(data, sha256);
  const text = decodeText(data, 0, data.length, 'utf-8');
  const readable = /^[\t\n\r\x20-\x7e]*$/.test(text);
  if (readable ? isSecretTree(text) : SECRET_NAME.test(text)) return HIDDEN;
  return readable ? hideCapabilities(text) : `[${data.length} octets, hex ${hex(data)}]`;
}

function digest(octets: Uint8Array, sha256: Sha256Hex): string {
  const head = octets.subarray(0, HEAD_BYTES);
  const shown = SECRET_NAME.test(decodeText(head, 0, head.length, 'iso-8859-1')) ? HIDDEN : hex(head);
  return `[${octets.length} octets, sha256 ${sha256(octets)}, first ${shown}]`;
}

/** Octets that travel as base64 text. */
function hidesSecret(data: Data, format: string | undefined): boolean {
  if (typeof data !== 'string' || (format !== 'b64' && format !== 'bin')) return false;
  const octets = data.length <= MAX_KEPT_BYTES ? decodeBase64(data) : undefined;
  return octets !== undefined && SECRET_NAME.test(decodeText(octets, 0, octets.length, 'iso-8859-1'));
}

/** Names alone, as a list of children has them, are no secret. */
function isSecretTree(text: string): boolean {
  return VALUE_ELEMENT.test(text) && SECRET_NAME.test(text);
}

function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

function hideCapabilities(text: string): string {
  return text.replace(CAPABILITY_URL, `$1${HIDDEN}`);
}

/** Session tokens travel in the query of RespURI. */
function hideQuery(uri: string): string {
  const at = uri.indexOf('?');
  return hideCapabilities(at < 0 || !/^https?:/i.test(uri) ? uri : `${uri.slice(0, at)}?${HIDDEN}`);
}
