/**
 * Takes bootstrap documents from every way they come (notification-bootstrap §3): a push proves itself by its MAC, a file is given by
 * who has the device in hand, a card is believed. What is refused is refused silently towards the network; the device tells itself.
 */
import { createHash } from 'node:crypto';
import {
  type BootstrapDocument,
  type BootstrapPush,
  type BootstrapRefusal,
  parseBootstrapPush,
  readBootstrap,
} from '@fumarole/dm/bootstrap';
import { DecodeError } from '@fumarole/syncml';
import { DeviceError } from '../device-error.ts';
import { PowerCut } from '../disk/powered-disk.ts';
import type { Emit } from '../emit.ts';
import { MAX_WAITING_DOCUMENTS } from '../limits.ts';
import { confirmed } from '../ui/confirm.ts';
import type { Prompter } from '../ui/user-interaction.ts';
import { type InstallerPorts, installDocument } from './installer.ts';
import type { BootstrapMemory } from './memory.ts';
import { disproof } from './proof.ts';

export interface DeskPorts extends InstallerPorts {
  readonly memory: BootstrapMemory;
  readonly prompter: Prompter;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Runs work while no session is open. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** There are accounts whose servers nobody has contacted yet. */
  readonly contact: () => void;
  readonly onPowerCut: (cut: PowerCut) => void;
}

export type Way = 'push' | 'file' | 'card';

export type Reception =
  | { readonly accepted: true; readonly serverIds: readonly string[] }
  | { readonly accepted: false; readonly code: RefusalCode; readonly reason: string };

export type RefusalCode = BootstrapRefusal | 'replay' | 'unproved' | 'malformed' | 'busy' | 'disk';

export class BootstrapDesk {
  readonly #ports: DeskPorts;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
  }

  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** A document that came by push: only WBXML, proved by its MAC, each at most once. */
  push(push: BootstrapPush): Promise<Reception> {
    return this.#inTurn('push', () => this.#pushed(push, 'push', undefined));
  }

  /** A file that somebody gave: the document itself, in either form; or a push as it would have come, which still must prove itself. */
  file(octets: Uint8Array, pin?: string): Promise<Reception> {
    return this.#inTurn('file', async () => {
      const push = parseBootstrapPush(octets);
      if (push !== undefined) return this.#pushed(push, 'file', pin);
      return this.#install(readBootstrap(octets), hashOf(octets), 'file');
    });
  }

  /** A document of the smartcard: its accounts stay as long as the card lists it. */
  card(octets: Uint8Array, sha256: string): Promise<Reception> {
    return this.#inTurn('card', async () => this.#install(readBootstrap(octets), sha256, 'card'));
  }

  /** One document after the other: each may wait for the user. */
  async #inTurn(way: Way, work: () => Promise<Reception>): Promise<Reception> {
    if (this.#waiting >= MAX_WAITING_DOCUMENTS)
      return this.#told(way, refusal('busy', 'too many documents wait'));
    this.#waiting += 1;
    const turn = this.#queue.then(() => this.#guarded(work));
    this.#queue = turn;
    try {
      return this.#told(way, await turn);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #guarded(work: () => Promise<Reception>): Promise<Reception> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DecodeError) return refusal('malformed', error.message);
      if (error instanceof PowerCut) this.#ports.onPowerCut(error);
      return refusal('disk', error instanceof Error ? error.message : String(error));
    }
  }

  async #pushed(push: BootstrapPush, way: Way, pin: string | undefined): Promise<Reception> {
    const { memory } = this.#ports;
    // N-102: whatever its MAC says.
    if (push.encoding === 'xml') return refusal('malformed', 'only WBXML can be pushed');
    const sha256 = hashOf(push.document);
    const { outcome } = memory.seen(sha256);
    if (outcome === 'taken') return refusal('replay', 'this document was taken before');
    if (outcome === 'given-up')
      return refusal('replay', 'this document was given up after too many wrong PINs');
    const document = readBootstrap(push.document);
    if (document.profile !== push.profile) return refusal('malformed', 'it is not what its media type says');
    const doubt = await disproof(push, sha256, this.#ports, pin);
    return doubt === undefined ? this.#install(document, sha256, way) : refusal('unproved', doubt);
  }

  async #install(document: BootstrapDocument, sha256: string, way: Way): Promise<Reception> {
    const { options, memory, alone } = this.#ports;
    const { existing = 'refuse', contact = 'always' } = options;
    const install = (replaces: boolean) =>
      alone(() =>
        installDocument(document, replaces, this.#ports, (serverIds) => this.#mark(way, sha256, serverIds)),
      );
    const tried = await install(existing === 'replace');
    const asks = existing === 'ask' && tried.kind === 'refused' && tried.reason === 'exists';
    const outcome = asks && (await this.#mayReplace(tried.detail)) ? await install(true) : tried;
    if (outcome.kind === 'refused') return refusal(outcome.reason, outcome.detail);
    // The account is durable first: should the power go now, the replay finds it there.
    if (way !== 'card') await memory.note(sha256, 'taken', 0);
    if (outcome.contact || contact === 'always') {
      await memory.owesContact(outcome.serverIds);
      this.#ports.contact();
    }
    return { accepted: true, serverIds: outcome.serverIds };
  }

  /** An account of the card is known as such before it is there: the other way round it would outlive the card. */
  async #mark(way: Way, sha256: string, serverIds: readonly string[]): Promise<void> {
    if (way !== 'card') return;
    const { memory } = this.#ports;
    const others = memory.card.filter((one) => one.sha256 !== sha256);
    await memory.keepCard([...others, ...serverIds.map((serverId) => ({ serverId, sha256 }))]);
  }

  #mayReplace(detail: string): Promise<boolean> {
    const { prompter, signal } = this.#ports;
    return confirmed(prompter, `New settings have arrived, but ${detail}. Replace it?`, signal);
  }

  #told(way: Way, reception: Reception): Reception {
    const reason = reception.accepted ? `accounts of ${reception.serverIds.join(', ')}` : reception.reason;
    this.#ports.emit({ kind: 'bootstrap', way, accepted: reception.accepted, reason });
    return reception;
  }
}

/** Throws the refusal to who gave the document. @throws DeviceError `bootstrap` */
export function acceptedOr(reception: Reception): readonly string[] {
  if (reception.accepted) return reception.serverIds;
  throw new DeviceError('bootstrap', `refused (${reception.code}): ${reception.reason}`);
}

function refusal(code: RefusalCode, reason: string): Reception {
  return { accepted: false, code, reason };
}

function hashOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}
