import type { Alert } from '@fumarole/syncml';
import { AlertCode } from '@fumarole/syncml';
import { UsageError } from '../errors.ts';
import { SESSION_LIMITS } from '../limits.ts';
import type { Draft } from './draft.ts';
import { addPiece, sendingObject } from './server-object.ts';
import type {
  Outstanding,
  ReplyInput,
  SendingObject,
  ServerCommand,
  ServerEvent,
  ServerSession,
} from './server-types.ts';
import type { MadeCommand, PlainCommand, Wire } from './wire-command.ts';
import { wireCommand, wireValue } from './wire-command.ts';

/** What was said after the Statuses, and the session after it. */
export interface Spoken {
  readonly session: ServerSession;
  readonly sent: readonly string[];
  readonly unsendable: readonly { readonly key: string; readonly code: number }[];
  readonly events: readonly ServerEvent[];
  readonly final: boolean;
  readonly aborted: boolean;
}

/** Room below which an object is not begun in a message that holds other commands. */
const WORTHWHILE_PIECE = 256;
/** Statuses that no answer is without: for the SyncHdr and for an Alert 1222. */
const LEAST_STATUSES = 2;

/** The next piece of the object on its way; the last closes the package (S3). */
export function speakChunk(draft: Draft, silent: Spoken, object: SendingObject): Spoken {
  const piece = addPiece(draft, object);
  const { sending: _, ...rest } = silent.session;
  if (piece === undefined) {
    const events: readonly ServerEvent[] = [{ kind: 'object-failed', key: object.key, reason: 'no-room' }];
    return { ...silent, session: { ...rest, state: 'closed' }, events };
  }
  const { CmdID } = piece.command;
  if (piece.last) {
    const made = { key: object.key, CmdID, cmd: object.cmd, parent: undefined };
    const outstanding = [...rest.outstanding, outstandingRow(made, rest.msgID)];
    return { ...silent, session: { ...rest, state: 'free', outstanding } };
  }
  const sending: SendingObject = { ...object, next: piece.next, msgRef: rest.msgID, cmdRef: CmdID };
  return { ...silent, session: { ...rest, state: 'sending', sending }, final: false };
}

/** New commands, as many as fit; without any the session is over (P-007). */
export function speakCommands(draft: Draft, silent: Spoken, input: ReplyInput): Spoken {
  const dm11 = silent.session.verDTD === '1.1';
  const wire: Wire = { encoding: input.encoding, profile: input.wire, dm11 };
  const speech = new Speech(draft, silent, wire);
  for (const command of flatten(input.commands, wire)) {
    if (!speech.say(command)) {
      break;
    }
  }
  return speech.finish();
}

/** Without Sequence or Atomic in the profile the children go out alone (I-014). */
function flatten(commands: readonly ServerCommand[], wire: Wire): readonly ServerCommand[] {
  return commands.flatMap((command) => {
    const container = command.kind === 'sequence' || command.kind === 'atomic';
    return container && !wire.profile[command.kind] && command.whole !== true
      ? flatten(command.commands, wire)
      : [command];
  });
}

/** The commands of one message. */
class Speech {
  readonly #draft: Draft;
  readonly #silent: Spoken;
  readonly #wire: Wire;
  readonly #made: MadeCommand[] = [];
  readonly #unsendable: { key: string; code: number }[] = [];
  #sending: SendingObject | undefined;
  #aborted = false;
  #crowdedOut = false;

  constructor(draft: Draft, silent: Spoken, wire: Wire) {
    this.#draft = draft;
    this.#silent = silent;
    this.#wire = wire;
  }

  /** False: nothing more may follow in this message. */
  say(command: ServerCommand): boolean {
    if (command.key === '' || command.key.length > SESSION_LIMITS.keyLength) {
      throw new UsageError('key-too-long', command.key.slice(0, SESSION_LIMITS.keyLength));
    }
    if (command.kind === 'abort') {
      this.#draft.add(abortAlert, true);
      this.#made.push({ key: command.key, CmdID: '', cmd: 'Alert', parent: undefined });
      this.#aborted = true;
      return false;
    }
    if (this.#made.length + countCommands(command) > SESSION_LIMITS.outgoingCommands) {
      return this.#putOff(command, false);
    }
    const unspeakable = this.#wire.dm11 === true ? beyondDm11(command) : undefined;
    if (unspeakable !== undefined) {
      this.#unsendable.push({ key: command.key, code: unspeakable });
      return true;
    }
    if (this.#isOverMaxObjSize(command)) {
      this.#unsendable.push({ key: command.key, code: 413 });
      return true;
    }
    const made: MadeCommand[] = [];
    const added = this.#draft.add((nextID) => {
      made.length = 0;
      return wireCommand(command, this.#wire, nextID, (row) => made.push(row));
    });
    if (added === undefined) {
      return this.#saySplit(command);
    }
    this.#made.push(...made);
    return true;
  }

  #isOverMaxObjSize(command: PlainCommand): boolean {
    const { maxObjSize } = this.#silent.session.peer;
    if (maxObjSize === undefined || (command.kind !== 'add' && command.kind !== 'replace')) {
      return false;
    }
    return wireValue(command, this.#wire).size > maxObjSize;
  }

  /** The command does not fit: begin it as a large object, or leave it for the next message. */
  #saySplit(command: PlainCommand): boolean {
    const object =
      (command.kind === 'add' || command.kind === 'replace') && this.#wire.profile.chunks
        ? sendingObject(command, this.#wire)
        : undefined;
    if (object === undefined) {
      const length = this.#draft.measure((nextID) => wireCommand(command, this.#wire, nextID));
      return this.#putOff(command, length <= this.#draft.capacity);
    }
    const crowded = this.#made.length > 0 && this.#draft.room < WORTHWHILE_PIECE;
    const piece = crowded ? undefined : addPiece(this.#draft, object);
    if (piece === undefined || piece.last) {
      return this.#putOff(command, true);
    }
    const { CmdID } = piece.command;
    this.#made.push({ key: command.key, CmdID, cmd: object.cmd, parent: undefined });
    this.#sending = {
      ...object,
      next: piece.next,
      msgRef: this.#silent.session.msgID,
      cmdRef: CmdID,
    };
    return false;
  }

  /** What fits no message never will go; what only the Statuses or other commands crowd out waits. */
  #putOff(command: PlainCommand, fitsAlone: boolean): boolean {
    if (this.#made.length > 0) {
      return false;
    }
    if (fitsAlone && this.#draft.size > LEAST_STATUSES) {
      this.#crowdedOut = true;
      return false;
    }
    this.#unsendable.push({ key: command.key, code: 413 });
    return true;
  }

  finish(): Spoken {
    const { session } = this.#silent;
    const pieces = this.#sending?.cmdRef;
    const rows = this.#made
      .filter(({ CmdID }) => CmdID !== '' && CmdID !== pieces)
      .map((made) => outstandingRow(made, session.msgID));
    const open = this.#made.length > 0 && !this.#aborted;
    // Crowded out: our package stays open, the client asks for the rest of it.
    const ours = this.#sending !== undefined || this.#crowdedOut;
    const state = ours ? 'sending' : open ? 'free' : 'closed';
    return {
      session: {
        ...session,
        state,
        outstanding: state === 'closed' ? [] : [...session.outstanding, ...rows],
        ...(this.#sending === undefined ? {} : { sending: this.#sending }),
      },
      sent: this.#made.map(({ key }) => key),
      unsendable: this.#unsendable,
      events: [],
      final: !ours,
      aborted: this.#aborted,
    };
  }
}

/** S-031: DM/1.1 has neither `?list=` nor TNDS; the status is the one that such a device would answer. */
function beyondDm11(command: ServerCommand): 406 | 415 | undefined {
  if ('commands' in command) {
    return command.commands.map(beyondDm11).find((code) => code !== undefined);
  }
  if (command.kind === 'get' && command.uri.includes('?list=')) {
    return 406;
  }
  const typed = command.kind === 'add' || command.kind === 'replace';
  return typed && /dmtnds\+/i.test(command.type ?? '') ? 415 : undefined;
}

function outstandingRow(made: MadeCommand, msgRef: number): Outstanding {
  const { key, CmdID, cmd, parent } = made;
  return { msgRef, cmdRef: CmdID, cmd, key, state: 'open', ...(parent === undefined ? {} : { parent }) };
}

function countCommands(command: PlainCommand): number {
  if (command.kind !== 'sequence' && command.kind !== 'atomic') {
    return 1;
  }
  return command.commands.reduce(
    (sum, child) => sum + (child.kind === 'abort' ? 0 : countCommands(child)),
    1,
  );
}

function abortAlert(nextID: () => string): Alert {
  return { kind: 'Alert', CmdID: nextID(), Data: String(AlertCode.SessionAbort), items: [] };
}
