import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode, joinParts, type SyncMLMessage } from '@fumarole/syncml';
import { Pair } from '@fumarole/testkit/pair';

const packages = join(import.meta.dirname, '..', 'packages');

/** The files of a sample folder: `.hex` as octets, others as they are. */
export function samplesOf(...folder: readonly string[]): readonly Uint8Array[] {
  const path = join(packages, ...folder);
  return readdirSync(path).map((name) => {
    const octets = readFileSync(join(path, name));
    return name.endsWith('.hex') ? hex(octets.toString('latin1')) : new Uint8Array(octets);
  });
}

/** Octets of hex text; `#` begins a comment. */
export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replace(/#.*$/gm, '').replace(/[^0-9a-f]/gi, ''), 'hex'));
}

export function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

/** Every sample message and every message of a whole session, in one encoding. */
export function messagesIn(encoding: 'xml' | 'wbxml'): readonly Uint8Array[] {
  const samples = samplesOf('syncml', 'samples');
  const foreign = samples.filter((octets) => (octets[0] === 0x3c) === (encoding === 'xml'));
  return [...foreign, ...sessionIn(encoding).map((message) => joinParts(encode(message, encoding)))];
}

/** The messages of a session with Get, a large object, Exec and a Generic Alert. */
export function sessionIn(encoding: 'xml' | 'wbxml'): readonly SyncMLMessage[] {
  return wholeSession(encoding).messages.map(({ octets }) => decode(octets, encoding));
}

const IMAGE = new Uint8Array(3000).map((_, at) => at * 7);

/** A session that is run to its end. */
export function wholeSession(encoding: 'xml' | 'wbxml'): Pair {
  return newPair(encoding).run();
}

export function newPair(encoding: 'xml' | 'wbxml'): Pair {
  return new Pair({
    encoding,
    limits: { maxMsgSize: 2500, maxObjSize: 100_000 },
    wire: { atomic: true, sequence: true },
    alerts: [
      {
        key: 'alert',
        code: 1226,
        type: 'org.openmobilealliance.dm.firmwareupdate.update',
        format: 'chr',
        correlator: 'c',
        data: '200',
      },
    ],
    readBlob: ({ offset, length }) => IMAGE.subarray(offset, offset + length),
    plan: (_, n) => ({ commands: PLAN.slice(n - 1, n) }),
  });
}

const PLAN = [
  { kind: 'get', key: 'g', uri: './DevDetail/FwV' },
  {
    kind: 'replace',
    key: 'o',
    uri: './FUMO/Update/PkgData',
    format: 'bin',
    data: { sha256: '0'.repeat(64), offset: 0, length: IMAGE.length },
  },
  { kind: 'exec', key: 'x', uri: './FUMO/Update', correlator: 'c' },
  {
    kind: 'atomic',
    key: 'a',
    commands: [{ kind: 'delete', key: 'd', uri: './X' }],
  },
] as const;
