import type { Command, Encoding, SyncHdr, SyncMLMessage } from '@fumarole/syncml';
import { commandLength, encodedLength } from '@fumarole/syncml';

// A switch of code page before Final (WBXML).
const FINAL_SLACK = 2;

/** Gives out the CmdIDs of one message. */
export type NextID = () => string;

/** A message that grows command by command and never beyond the peer's MaxMsgSize (P-068). */
export class Draft {
  readonly #hdr: SyncHdr;
  readonly #encoding: Encoding;
  readonly #limit: number;
  readonly #body: Command[] = [];
  /** Octets that commands may take in all. */
  readonly capacity: number;
  #length: number;
  #reserved = 0;
  #cmdID = 0;

  constructor(hdr: SyncHdr, encoding: Encoding, limit: number) {
    this.#hdr = hdr;
    this.#encoding = encoding;
    this.#limit = limit;
    this.#length = encodedLength({ hdr, body: [], final: true }, encoding) + FINAL_SLACK;
    this.capacity = limit - this.#length;
  }

  /** Octets that are left. */
  get room(): number {
    return this.#limit - this.#length - this.#reserved;
  }

  /** Keeps room for what must still come, until it is given back with 0. */
  reserve(octets: number): void {
    this.#reserved = octets;
  }

  get size(): number {
    return this.#body.length;
  }

  /** Adds the command if it fits; `force` adds it in any case (the one Status without which there is no message). */
  add(build: (nextID: NextID) => Command, force: boolean = false): Command | undefined {
    const before = this.#cmdID;
    const command = build(() => String(++this.#cmdID));
    const length = commandLength(command, this.#encoding);
    if (!force && length > this.room) {
      this.#cmdID = before;
      return undefined;
    }
    this.#body.push(command);
    this.#length += length;
    return command;
  }

  /** Octets that the command would take; consumes no CmdID. */
  measure(build: (nextID: NextID) => Command): number {
    let cmdID = this.#cmdID;
    return commandLength(
      build(() => String(++cmdID)),
      this.#encoding,
    );
  }

  finish(final: boolean): SyncMLMessage {
    return { hdr: this.#hdr, body: this.#body, final };
  }
}
