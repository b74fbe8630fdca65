/** An HTTP exchange as plain values: the endpoint is a function from one to the other. */
import type { ContentType } from '@fumarole/syncml';

export interface DmRequest {
  readonly body: Uint8Array;
  readonly type: ContentType;
  readonly hmacHeader: string | undefined;
  /** Query parameter of RespURI. */
  readonly token: string | undefined;
  readonly secure: boolean;
  readonly loopback: boolean;
  /** Device that the TLS client certificate is bound to. */
  readonly certificateDevice: string | undefined;
  /** Session that this connection served last, when it comes from the device itself and not from a proxy. */
  readonly connectionSession: string | undefined;
}

export interface DmResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** `SessionRow.id`, remembered for the connection. */
  readonly session?: string;
}

/** A refusal by HTTP itself: the transport's own trouble, never a DM outcome (dm-protocol §7). */
export function plainAnswer(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): DmResponse {
  const body = Buffer.from(`${text}\n`, 'utf8');
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(body.length),
      'cache-control': 'no-store',
      ...headers,
    },
    body,
  };
}
