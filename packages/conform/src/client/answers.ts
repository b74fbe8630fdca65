import type { Command, Item, Status, SyncMLMessage } from '@fumarole/syncml';
import { status, type Unnumbered } from '../messages.ts';
import { flat, resultsOf, statusesOf, textOf } from '../reading.ts';

/** What the client said of the commands of one message, over however many messages it took. */
export class Answers {
  readonly #commands: readonly Command[];
  readonly #msgRef: number;
  readonly messages: SyncMLMessage[] = [];

  constructor(commands: readonly Command[], msgRef: number) {
    this.#commands = flat(commands);
    this.#msgRef = msgRef;
  }

  take(message: SyncMLMessage): void {
    this.messages.push(message);
  }

  /** The Status 213 that the pieces of Results in a message want. */
  receipts(message: SyncMLMessage): readonly Unnumbered[] {
    return message.body.flatMap((command) =>
      command.kind === 'Results' && command.items.some(({ MoreData }) => MoreData === true)
        ? [status(message.hdr.MsgID, command.CmdID, 'Results', 213)]
        : [],
    );
  }

  /** Statuses of the n-th command, children of containers counted after them. */
  statuses(n = 0): readonly Status[] {
    const id = this.#commands[n]?.CmdID ?? '';
    return this.messages.flatMap((message) => statusesOf(message, this.#msgRef, id));
  }

  code(n = 0): number | undefined {
    return this.statuses(n)[0]?.Data;
  }

  codes(): readonly (number | undefined)[] {
    return this.#commands.map((_, n) => this.code(n));
  }

  /** Items of the Results of the n-th command, pieces joined. */
  items(n = 0): readonly Item[] {
    const id = this.#commands[n]?.CmdID ?? '';
    const all: Item[] = [];
    let open = false;
    for (const item of this.messages.flatMap((m) =>
      resultsOf(m, this.#msgRef, id).flatMap(({ items }) => items),
    )) {
      const last = all.at(-1);
      if (open && last !== undefined) all[all.length - 1] = { ...last, Data: joined(last, item) };
      else all.push(item);
      open = item.MoreData === true;
    }
    return all;
  }

  /** The value of the n-th command's only Item as text. */
  text(n = 0): string | undefined {
    const [item] = this.items(n);
    return item === undefined ? undefined : textOf(item.Data);
  }
}

function joined(before: Item, item: Item): Item['Data'] {
  return typeof before.Data === 'string' && typeof item.Data === 'string'
    ? before.Data + item.Data
    : Buffer.concat([octetsOf(before), octetsOf(item)]);
}

function octetsOf({ Data }: Item): Uint8Array {
  return Data instanceof Uint8Array ? Data : Buffer.from(textOf(Data), 'utf8');
}
