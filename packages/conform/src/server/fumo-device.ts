/** A device with a firmware update object, by script: it lets the server set and start what it likes, and keeps count. */
import type { Command, Item } from '@fumarole/syncml';
import { results, status, type Unnumbered } from '../messages.ts';
import { textOf } from '../reading.ts';
import { answerTo } from './device-model.ts';
import type { ServerTarget } from './server-peer.ts';

export const FUMO_ROOT = './FwUpdate/Conform';
const MOI = 'urn:oma:mo:oma-fumo:1.0';

/** What the server did to the object, in order; `message`: number of its message in the session. */
export interface Deed {
  readonly kind: 'Replace' | 'Exec';
  readonly uri: string;
  readonly message: number;
  readonly item: Item;
  readonly correlator?: string;
}

export type FumoShape = 'url' | 'data';

export class FumoDevice {
  readonly deeds: Deed[] = [];
  /** What DevDetail/FwV says. */
  version = '1.0';
  state = '10';
  readonly #shape: FumoShape;
  readonly #values = new Map<string, string>();

  constructor(shape: FumoShape) {
    this.#shape = shape;
  }

  /** Statuses and Results for one command of the server's message. */
  answer(command: Command, msgRef: number, target: ServerTarget): readonly Unnumbered[] {
    const [item] = 'items' in command ? command.items : [];
    const uri = item?.Target?.LocURI ?? '';
    const say = (code: number): Unnumbered =>
      status(msgRef, command.CmdID, command.kind, code, { TargetRef: [uri] });
    if (command.kind === 'Get') {
      const value = this.#valueOf(uri);
      if (value !== undefined)
        return [say(200), results(msgRef, command.CmdID, { Source: { LocURI: uri }, ...value })];
    }
    if ((command.kind === 'Replace' || command.kind === 'Exec') && item !== undefined && this.#has(uri)) {
      const correlator = command.kind === 'Exec' ? command.Correlator : undefined;
      const deed = { kind: command.kind, uri, message: msgRef, item };
      this.deeds.push(correlator === undefined ? deed : { ...deed, correlator });
      if (command.kind === 'Exec') return [say(202)];
      if (item.MoreData === true) return [say(213)];
      if (uri.endsWith('/PkgData')) this.state = '50';
      else this.#values.set(uri, textOf(item.Data));
      return [say(200)];
    }
    return answerTo(command, msgRef, target);
  }

  #has(uri: string): boolean {
    return (
      uri === this.operation || uri === `${this.operation}/${this.#shape === 'url' ? 'PkgURL' : 'PkgData'}`
    );
  }

  get operation(): string {
    return `${FUMO_ROOT}/${this.#shape === 'url' ? 'DownloadAndUpdate' : 'Update'}`;
  }

  #valueOf(uri: string): Partial<Item> | undefined {
    const leaf = this.#shape === 'url' ? 'PkgURL' : 'PkgData';
    const name = this.operation.split('/').at(-1) ?? '';
    switch (uri) {
      case '.':
        return node('DevInfo/DevDetail/FwUpdate');
      case './FwUpdate':
        return node('Conform');
      case FUMO_ROOT:
        return { ...node(`State/${name}`), Meta: { Format: 'node', Type: MOI } };
      case `${FUMO_ROOT}?prop=Type`:
        return { Data: MOI };
      case this.operation:
        return node(leaf);
      case `${FUMO_ROOT}/State`:
        return { Meta: { Format: 'int' }, Data: this.state };
      case './DevDetail/FwV':
        return { Data: this.version };
      default:
        return this.#values.has(uri) ? { Data: this.#values.get(uri) ?? '' } : undefined;
    }
  }
}

function node(names: string): Partial<Item> {
  return { Meta: { Format: 'node' }, Data: names };
}
