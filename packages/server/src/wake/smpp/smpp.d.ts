/** The part of the `smpp` package that is used here; it has no types of its own. What a peer sent is `unknown`. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server as NetServer, Socket } from 'node:net';

  export interface Pdu {
    readonly command: string;
    readonly command_status: number;
    readonly sequence_number: number;
    readonly system_id?: unknown;
    readonly password?: unknown;
    readonly message_id?: unknown;
    readonly esm_class?: unknown;
    readonly data_coding?: unknown;
    readonly registered_delivery?: unknown;
    readonly source_addr?: unknown;
    readonly destination_addr?: unknown;
    /** `{ udh?, message }` as the package decodes it. */
    readonly short_message?: unknown;
    readonly message_payload?: unknown;
    readonly receipted_message_id?: unknown;
    readonly message_state?: unknown;
    isResponse(): boolean;
    response(options?: Readonly<Record<string, unknown>>): Pdu;
    toBuffer(): Buffer;
  }

  /** Made from its fields, or read from octets. */
  export const PDU: new (command: string | Buffer, options?: Readonly<Record<string, unknown>>) => Pdu;

  export class Session extends EventEmitter {
    constructor(options: { readonly socket: Socket });
    readonly socket: Socket;
    /** False when the socket is no longer writable. */
    send(pdu: Pdu, onResponse?: (response: Pdu) => void): boolean;
    pause(): void;
    resume(): void;
    close(): void;
    destroy(): void;
  }

  export function createServer(
    options: { readonly key?: string; readonly cert?: string },
    onSession: (session: Session) => void,
  ): NetServer;
}
