/**
 * The journal: the only memory of what was meant. Append-only lines `crc32 json`, each one record of facts that count
 * together or not at all; synced before `append` resolves. A torn last line is cut off at opening. When the file grows, one
 * line with all facts replaces it as a whole.
 */
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { type AgentFacts, applyFacts, type Fact, NO_FACTS } from '@fumarole/fumo/device';
import type { Disk, DiskFile } from '../disk/disk.ts';
import { replaceFile } from '../disk/durable-file.ts';
import { JOURNAL_COMPACT_BYTES, MAX_JOURNAL_BYTES } from '../limits.ts';

type JournalRecord =
  | { readonly version: 1; readonly seq: number; readonly facts: readonly Fact[] }
  | { readonly version: 1; readonly seq: number; readonly all: AgentFacts };

export interface JournalReading {
  readonly facts: AgentFacts;
  /** Octets of the journal that make sense. */
  readonly length: number;
  readonly seq: number;
  /** There is more behind those octets than one torn line. */
  readonly damaged: boolean;
}

/** Reads the octets of a journal as far as they are whole and in order. */
export function readJournal(bytes: Uint8Array): JournalReading {
  let facts = NO_FACTS;
  let length = 0;
  let seq = 0;
  while (length < bytes.length) {
    const end = bytes.indexOf(0x0a, length);
    if (end < 0) break;
    const record = parseLine(bytes.subarray(length, end));
    if (record === undefined || (length > 0 && record.seq !== seq + 1)) break;
    facts = 'all' in record ? record.all : applyFacts(facts, record.facts);
    seq = record.seq;
    length = end + 1;
  }
  const firstBad = bytes.indexOf(0x0a, length);
  return { facts, length, seq, damaged: firstBad >= 0 && firstBad < bytes.length - 1 };
}

export class Journal {
  readonly #disk: Disk;
  readonly #path: string;
  #file: DiskFile;
  #length: number;
  #seq: number;
  #facts: AgentFacts;
  /** A compaction broke off: which file has the name is not known. */
  #stale = false;
  #queue: Promise<void> = Promise.resolve();
  /** True when opening found more than a torn end; the old file is kept beside. */
  readonly damaged: boolean;

  private constructor(disk: Disk, path: string, file: DiskFile, reading: JournalReading) {
    this.#disk = disk;
    this.#path = path;
    this.#file = file;
    this.#length = reading.length;
    this.#seq = reading.seq;
    this.#facts = reading.facts;
    this.damaged = reading.damaged;
  }

  static async open(disk: Disk, path: string): Promise<Journal> {
    const bytes = (await disk.read(path, MAX_JOURNAL_BYTES)) ?? new Uint8Array();
    const reading = readJournal(bytes);
    if (reading.damaged) await replaceFile(disk, `${path}.damaged`, bytes);
    const file = await disk.open(path);
    if (reading.length < bytes.length) {
      await file.truncate(reading.length);
      await file.sync();
    }
    await disk.syncDirectory(dirname(path));
    return new Journal(disk, path, file, reading);
  }

  get facts(): AgentFacts {
    return this.#facts;
  }

  /** Makes the facts durable, all or none, then counts them in. */
  append(facts: readonly Fact[]): Promise<void> {
    const turn = this.#queue.then(() => this.#write(facts));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Decides on the present facts and makes the outcome durable, with no other append in between. */
  decide<T extends { readonly facts: readonly Fact[] }>(decision: (facts: AgentFacts) => T): Promise<T> {
    const turn = this.#queue.then(async () => {
      const decided = decision(this.#facts);
      await this.#write(decided.facts);
      return decided;
    });
    this.#queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#file.close();
  }

  async #write(facts: readonly Fact[]): Promise<void> {
    if (facts.length === 0) return;
    if (this.#stale) await this.#reopen();
    const line = formatLine({ version: 1, seq: this.#seq + 1, facts });
    if (this.#length + line.length > MAX_JOURNAL_BYTES) throw new RangeError('the journal is full');
    try {
      await this.#file.write(this.#length, line);
      await this.#file.sync();
    } catch (error) {
      // Half a line must not stay in front of the next one; when this fails too, reading cuts it off.
      await this.#file.truncate(this.#length).catch(() => undefined);
      throw error;
    }
    this.#length += line.length;
    this.#seq += 1;
    this.#facts = applyFacts(this.#facts, facts);
    if (this.#length > JOURNAL_COMPACT_BYTES) await this.#compact();
  }

  /** The facts are durable already: what fails here fails nobody's append, and the next one tries again. */
  async #compact(): Promise<void> {
    this.#stale = true;
    try {
      await replaceFile(
        this.#disk,
        this.#path,
        formatLine({ version: 1, seq: this.#seq + 1, all: this.#facts }),
      );
      await this.#reopen();
    } catch {
      // Before the next append the file that has the name now is opened.
    }
  }

  async #reopen(): Promise<void> {
    const reading = readJournal((await this.#disk.read(this.#path, MAX_JOURNAL_BYTES)) ?? new Uint8Array());
    if (reading.seq < this.#seq) throw new Error('the journal has lost facts');
    const file = await this.#disk.open(this.#path);
    await this.#file.close().catch(() => undefined);
    this.#file = file;
    this.#length = reading.length;
    this.#seq = reading.seq;
    this.#stale = false;
  }
}

function formatLine(record: JournalRecord): Uint8Array {
  const json = JSON.stringify(record);
  const sum = crc32(json).toString(16).padStart(8, '0');
  return new TextEncoder().encode(`${sum} ${json}\n`);
}

function parseLine(line: Uint8Array): JournalRecord | undefined {
  const text = new TextDecoder().decode(line);
  const json = text.slice(9);
  if (text[8] !== ' ' || text.slice(0, 8) !== crc32(json).toString(16).padStart(8, '0')) return undefined;
  try {
    // The checksum vouches that these are the octets this program wrote.
    const record = JSON.parse(json) as JournalRecord;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined; // not ours after all: treated as the end of the journal
  }
}
