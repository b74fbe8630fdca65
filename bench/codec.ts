/**
 * Our codec side by side with what others do on the same messages, in one run: WBXML with Debian's libwbxml (octets to
 * its tree, its tree to octets; ours: octets to checked, typed messages, and back), XML with the bare saxes tokenizer
 * (empty handlers, text given as a string; ours: octets to typed messages).
 *
 * node --conditions=@fumarole/source bench/codec.ts [--short] [--json]
 *
 * Method
 * - The messages are those of every flow of `tests/flows`, recorded between a device and a server before anything is
 *   measured, and made-up ones: package 1, dense messages, chunks of large objects. What is encoded is what decoding
 *   gave, on both sides: our values, their trees.
 * - libwbxml runs in a process of its own (`load/libwbxml.c`, compiled with cc -O2 into a temporary folder); our codec
 *   in this one, warmed up in both wire forms, so that what both share is as polymorphic as in a server.
 * - A slice is all messages of a group, over and over for some milliseconds; slices of all groups and contestants take
 *   turns. CPU of the whole process (user and system, garbage collection included) for one pass; medians of the rounds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, type Encoding, encode, joinParts, type SyncMLMessage } from '@fumarole/syncml';
import { SaxesParser } from 'saxes';
import { median } from './load/interleave.ts';
import { Libwbxml } from './load/libwbxml.ts';
import { chunk, dense, packageOne } from './load/messages.ts';
import { recordFlows } from './load/record-flows.ts';
import { isShort, machine, printTable } from './load/table.ts';

const ROUNDS = isShort() ? 15 : 41;
/** What the compiler needs to see before it has settled. */
const WARM_UP_ROUNDS = 8;
const SLICE_MILLISECONDS = 10;
/** A flow message of this size carries a chunk of a package. */
const CHUNK_OCTETS = 2048;

interface Group {
  readonly name: string;
  readonly messages: readonly SyncMLMessage[];
}

/** One thing that is measured: microseconds of CPU for one pass over the messages of a group. */
interface Contestant {
  slice(): number | Promise<number>;
  readonly micros: number[];
}

const folder = mkdtempSync(join(tmpdir(), 'fumarole-bench-'));
try {
  const groups = [...flowGroups(), ...madeUp()];
  const wbxml = groups.map(({ messages }) => messages.map((message) => joinParts(encode(message, 'wbxml'))));
  const libwbxml = Libwbxml.start(folder, wbxml.flat());
  try {
    await measure(groups, wbxml, libwbxml);
  } finally {
    libwbxml.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(
  groups: readonly Group[],
  wbxml: readonly (readonly Uint8Array[])[],
  libwbxml: Libwbxml,
): Promise<void> {
  let first = 0;
  const rows = groups.map(({ name, messages }, at) => {
    const octets = wbxml[at] ?? [];
    const xml = messages.map((message) => joinParts(encode(message, 'xml')));
    const texts = xml.map((document) => Buffer.from(document).toString());
    const from = first;
    first += messages.length;
    const theirs = (way: 'decode' | 'encode') =>
      contestant(async () => (await libwbxml.run(way, from, messages.length, SLICE_MILLISECONDS)).micros);
    return {
      name,
      messages: messages.length,
      octets: { wbxml: sizeOf(octets), xml: sizeOf(xml) },
      wbxmlDecode: ours(octets, (document) => decode(document, 'wbxml')),
      libwbxmlDecode: theirs('decode'),
      wbxmlEncode: ours(messages, (message) => encode(message, 'wbxml')),
      libwbxmlEncode: theirs('encode'),
      xmlDecode: ours(xml, (document) => decode(document, 'xml')),
      saxes: ours(texts, tokenize),
      xmlEncode: ours(messages, (message) => encode(message, 'xml')),
    };
  });
  const all = rows.flatMap((row) => Object.values(row).filter(isContestant));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const one of all) {
      const micros = await one.slice();
      if (round >= 0) one.micros.push(micros);
    }
  }
  report(rows);
}

function contestant(slice: Contestant['slice']): Contestant {
  return { slice, micros: [] };
}

function isContestant(value: unknown): value is Contestant {
  return typeof value === 'object' && value !== null && 'slice' in value;
}

function ours<T>(subjects: readonly T[], run: (subject: T) => unknown): Contestant {
  return contestant(() => {
    const end = performance.now() + SLICE_MILLISECONDS;
    const before = process.cpuUsage();
    let passes = 0;
    do {
      for (const subject of subjects) run(subject);
      passes++;
    } while (performance.now() < end);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / passes;
  });
}

function tokenize(text: string): void {
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('opentag', () => {});
  parser.on('closetag', () => {});
  parser.on('text', () => {});
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
}

type Row = {
  readonly name: string;
  readonly messages: number;
  readonly octets: Readonly<Record<Encoding, number>>;
} & Readonly<
  Record<
    'wbxmlDecode' | 'libwbxmlDecode' | 'wbxmlEncode' | 'libwbxmlEncode' | 'xmlDecode' | 'saxes' | 'xmlEncode',
    Contestant
  >
>;

function report(rows: readonly Row[]): void {
  const results = rows.map((row) => ({
    name: row.name,
    messages: row.messages,
    wbxml: {
      octets: row.octets.wbxml,
      decode: against(row, 'wbxmlDecode', 'libwbxmlDecode'),
      encode: against(row, 'wbxmlEncode', 'libwbxmlEncode'),
    },
    xml: {
      octets: row.octets.xml,
      decode: against(row, 'xmlDecode', 'saxes'),
      encode: { micros: each(row, 'xmlEncode') },
    },
  }));
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ machine: machine(), results }, null, 2));
    return;
  }
  const times = ['µs', 'MB/s', 'theirs µs', 'MB/s', 'times'];
  printTable(
    `WBXML beside libwbxml: µs a message (${machine()})`,
    ['messages', 'count', 'octets', ...times.map((c) => `decode ${c}`), ...times.map((c) => `encode ${c}`)],
    results.map(({ name, messages, wbxml: { octets, decode, encode } }) => [
      name,
      messages,
      octets.toFixed(0),
      ...columns(octets, decode),
      ...columns(octets, encode),
    ]),
  );
  printTable(
    `XML beside bare saxes: µs a message (${machine()})`,
    ['messages', 'count', 'octets', ...times.map((c) => `decode ${c}`), 'encode µs', 'encode MB/s'],
    results.map(({ name, messages, xml: { octets, decode, encode } }) => [
      name,
      messages,
      octets.toFixed(0),
      ...columns(octets, decode),
      encode.micros.toFixed(1),
      (octets / encode.micros).toFixed(0),
    ]),
  );
}

interface Against {
  readonly micros: number;
  readonly theirs: number;
}

function columns(octets: number, { micros, theirs }: Against): readonly string[] {
  const speed = (time: number): string => (octets / time).toFixed(0);
  return [micros.toFixed(1), speed(micros), theirs.toFixed(1), speed(theirs), (theirs / micros).toFixed(2)];
}

type Name = { [K in keyof Row]: Row[K] extends Contestant ? K : never }[keyof Row];

function against(row: Row, mine: Name, theirs: Name): Against {
  return { micros: each(row, mine), theirs: each(row, theirs) };
}

function each(row: Row, name: Name): number {
  return median(row[name].micros) / row.messages;
}

function sizeOf(documents: readonly Uint8Array[]): number {
  return documents.reduce((sum, { length }) => sum + length, 0) / documents.length;
}

/** The recorded messages, by sender; those that carry a chunk of a package apart. */
function flowGroups(): readonly Group[] {
  const recorded = recordFlows(folder);
  const group = (name: string, of: typeof recorded): Group => ({
    name,
    messages: of.map(({ octets }) => decode(octets, 'wbxml')),
  });
  const small = recorded.filter(({ octets }) => octets.length < CHUNK_OCTETS);
  return [
    group(
      'flows, from devices',
      small.filter(({ from }) => from === 'device'),
    ),
    group(
      'flows, from the server',
      small.filter(({ from }) => from === 'server'),
    ),
    group(
      'flows, with a chunk',
      recorded.filter(({ octets }) => octets.length >= CHUNK_OCTETS),
    ),
  ];
}

function madeUp(): readonly Group[] {
  const group = (name: string, message: SyncMLMessage): Group => ({
    name,
    messages: [decode(joinParts(encode(message, 'wbxml')), 'wbxml')],
  });
  return [
    group('package 1', packageOne),
    group('dense, small', dense(9)),
    group('dense, large', dense(80)),
    group('chunk of 4 kB', chunk(4096)),
    group('chunk of 16 kB', chunk(16384)),
  ];
}
