import type { Command, Encoding, SyncHdr, SyncMLMessage } from '@fumarole/syncml';
import { commandLength, encodedLength } from '@fumarole/syncml';
import { roughLength } from './rough-length.ts';

// A switch of code page before Final (WBXML).
const FINAL_SLACK = 2;
// Document type, namespace and the tags of message and body, at most.
const DOCUMENT = 500;

/** Gives out the CmdIDs of one message. */
export type NextID = () => string;

/**
 * A message that grows command by command and never beyond the peer's MaxMsgSize (P-068). As long as a cheap upper
 * bound stays below it nothing is measured; then all is, exactly.
 */
export class Draft {
  readonly #hdr: SyncHdr;
  readonly #encoding: Encoding;
  readonly #limit: number;
  readonly #body: Command[] = [];
  #rough: number;
  #exact: number | undefined;
  #reserved = 0;
  #cmdID = 0;

  constructor(hdr: SyncHdr, encoding: Encoding, limit: number) {
    this.#hdr = hdr;
    this.#encoding = encoding;
    this.#limit = limit;
    this.#rough = roughLength(hdr, encoding) + DOCUMENT;
  }

  /** Octets that are left. */
  get room(): number {
    return this.#limit - this.#measured() - this.#reserved;
  }

  /** Octets that commands may take in all. */
  get capacity(): number {
    return this.#limit - this.#lengthOf([]);
  }

  /** Commands so far. */
  get size(): number {
    return this.#body.length;
  }

  /** Keeps room for what must still come, until it is given back with 0. */
  reserve(octets: number): void {
    this.#reserved = octets;
  }

  /** Adds the command if it fits; `force` adds it in any case (the one Status without which there is no message). */
  add(build: (nextID: NextID) => Command, force: boolean = false): Command | undefined {
    const before = this.#cmdID;
    const command = build(() => String(++this.#cmdID));
    if (!this.#fits(command, force)) {
      this.#cmdID = before;
      return undefined;
    }
    this.#body.push(command);
    return command;
  }

  #fits(command: Command, force: boolean): boolean {
    if (this.#exact === undefined) {
      const rough = this.#rough + roughLength(command, this.#encoding);
      if (rough <= this.#limit - this.#reserved) {
        this.#rough = rough;
        return true;
      }
    }
    const length = commandLength(command, this.#encoding);
    if (!force && length > this.room) {
      return false;
    }
    this.#exact = this.#measured() + length;
    return true;
  }

  #measured(): number {
    this.#exact ??= this.#lengthOf(this.#body);
    return this.#exact;
  }

  #lengthOf(body: readonly Command[]): number {
    return encodedLength({ hdr: this.#hdr, body, final: true }, this.#encoding) + FINAL_SLACK;
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
