import { parseSmsUserData, type SmsDatagram } from './sms-user-data.ts';

/** Incomplete datagrams kept at once: a device is woken by few servers, and anybody can send it a first part. */
const MAX_INCOMPLETE = 16;
/** Parts kept at once, over all of them: 64 kB of 128-octet parts. */
const MAX_PARTS = 512;
/** Parts of one datagram leave together; what the network holds back longer comes again as another datagram. */
const INCOMPLETE_MS = 600_000;

interface Incomplete {
  readonly since: number;
  readonly first: SmsDatagram;
  readonly parts: Map<number, Uint8Array>;
}

/** Puts the parts of datagrams together, in whatever order they come (N-054). What stays incomplete is forgotten. */
export class SmsReassembly {
  readonly #incomplete = new Map<string, Incomplete>();

  /** The datagram that this message completes; undefined when it waits for others or is no datagram. Times in milliseconds. */
  add(from: string, userData: Uint8Array, now: number): SmsDatagram | 'waiting' | undefined {
    this.#forget(now);
    const datagram = parseSmsUserData(userData);
    const part = datagram?.part;
    if (datagram === undefined || part === undefined) return datagram;
    const { destinationPort, sourcePort } = datagram;
    const { reference, wide, total, sequence } = part;
    const key = JSON.stringify([from, destinationPort, sourcePort, wide, reference, total]);
    const set = this.#incomplete.get(key) ?? { since: now, first: datagram, parts: new Map() };
    // A part that comes twice is the same one.
    if (!set.parts.has(sequence)) set.parts.set(sequence, datagram.data);
    if (set.parts.size < total) {
      this.#incomplete.set(key, set);
      this.#makeRoom();
      return 'waiting';
    }
    this.#incomplete.delete(key);
    return { destinationPort, sourcePort, data: joined(set.parts) };
  }

  #forget(now: number): void {
    for (const [key, { since }] of this.#incomplete) {
      if (now - since > INCOMPLETE_MS) this.#incomplete.delete(key);
    }
  }

  /** The oldest go first. */
  #makeRoom(): void {
    const parts = (): number => [...this.#incomplete.values()].reduce((sum, set) => sum + set.parts.size, 0);
    for (const key of this.#incomplete.keys()) {
      if (this.#incomplete.size <= MAX_INCOMPLETE && parts() <= MAX_PARTS) return;
      this.#incomplete.delete(key);
    }
  }
}

function joined(parts: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, octets]) => octets);
  const whole = new Uint8Array(inOrder.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const octets of inOrder) {
    whole.set(octets, at);
    at += octets.length;
  }
  return whole;
}
