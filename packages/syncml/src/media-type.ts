import type { Encoding, Family } from './model.ts';

export interface ContentType {
  readonly encoding: Encoding;
  readonly family: Family;
  /** Lower case, `utf-8` when absent. Anything but utf-8, us-ascii and iso-8859-1 is for HTTP 415. */
  readonly charset: string;
}

/** The Content-Type to send, answering in kind (I-001). */
export function contentType(encoding: Encoding, family: Family): string {
  return `application/vnd.syncml${family === 'dm' ? '.dm' : ''}+${encoding}`;
}

/** Reads a Content-Type header; undefined when it is no SyncML media type. */
export function parseContentType(text: string | undefined): ContentType | undefined {
  const [type = '', ...parameters] = (text ?? '').split(';');
  const match = /^application\/vnd\.syncml(\.dm)?\+(xml|wbxml)$/i.exec(type.trim());
  if (match === null) {
    return undefined;
  }
  const charset = parameters.map((p) => /^charset\s*=\s*"?([^"\s]*)"?$/i.exec(p.trim())?.[1]).find((c) => c);
  return {
    encoding: match[2]?.toLowerCase() === 'xml' ? 'xml' : 'wbxml',
    family: match[1] === undefined ? 'sync' : 'dm',
    charset: charset?.toLowerCase() ?? 'utf-8',
  };
}
