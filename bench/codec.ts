/**
 * Encode and decode of SyncML messages of 0.5–16 kB in both wire forms, beside JSON.parse and JSON.stringify of a
 * document of equal size as the named peer. Rounds are interleaved; medians are printed.
 *
 * node --conditions=@fumarole/source bench/codec.ts [--json]
 */
import { performance } from 'node:perf_hooks';
import { decode, type Encoding, encode, joinParts, type SyncMLMessage } from '@fumarole/syncml';

const ROUNDS = 31;
const ROUND_MILLISECONDS = 12;

interface Subject {
  readonly name: string;
  readonly octets: number;
  readonly run: () => unknown;
  readonly microseconds: number[];
}

const hdr: SyncMLMessage['hdr'] = {
  VerDTD: '1.2',
  VerProto: 'DM/1.2',
  SessionID: '1F2A',
  MsgID: 3,
  Target: { LocURI: 'https://dm.example.com/dm?session=0123456789abcdef' },
  Source: { LocURI: 'IMEI:493005100592800', LocName: 'IMEI:493005100592800' },
  Meta: { MaxMsgSize: 16384, MaxObjSize: 1048576 },
};

/** Package 1: an alert and the five values of DevInfo. */
const packageOne: SyncMLMessage = {
  hdr: {
    ...hdr,
    Cred: { Meta: { Format: 'b64', Type: 'syncml:auth-md5' }, Data: 'p6p606lhT/4nTpLq/qPQ1w==' },
  },
  body: [
    { kind: 'Alert', CmdID: '1', Data: '1201', items: [] },
    {
      kind: 'Replace',
      CmdID: '2',
      items: ['DevId', 'Man', 'Mod', 'DmV', 'Lang'].map((name) => ({
        Source: { LocURI: `./DevInfo/${name}` },
        Meta: { Format: 'chr', Type: 'text/plain' },
        Data: `value of ${name}`,
      })),
    },
  ],
  final: true,
};

/** A message of many small commands: Status and Results of as many Gets. */
function dense(count: number): SyncMLMessage {
  const answers = Array.from({ length: count }, (_, index) => {
    const uri = `./DevDetail/Ext/Node${index}`;
    return [
      {
        kind: 'Status' as const,
        CmdID: String(index * 2 + 1),
        MsgRef: 2,
        CmdRef: String(index + 1),
        Cmd: 'Get',
        TargetRef: [uri],
        SourceRef: [],
        Data: 200,
        items: [],
      },
      {
        kind: 'Results' as const,
        CmdID: String(index * 2 + 2),
        MsgRef: 2,
        CmdRef: String(index + 1),
        items: [{ Source: { LocURI: uri }, Meta: { Format: 'chr', Type: 'text/plain' }, Data: 'v4.0.0b5' }],
      },
    ];
  });
  return { hdr, body: answers.flat(), final: true };
}

/** A chunk of a large object. */
function chunk(octets: number): SyncMLMessage {
  const Data = Uint8Array.from({ length: octets }, (_, index) => (index * 167 + (index >> 8)) & 0xff);
  const item = {
    Target: { LocURI: './FUMO/Download/PkgData' },
    Meta: { Format: 'bin', Type: 'application/octet-stream' },
    Data,
    MoreData: true,
  };
  return { hdr, body: [{ kind: 'Replace', CmdID: '2', items: [item] }], final: false };
}

function subjects(name: string, message: SyncMLMessage): readonly Subject[] {
  const forms = (['wbxml', 'xml'] as const).flatMap((encoding: Encoding) => {
    const octets = joinParts(encode(message, encoding));
    return [
      subject(`${name} ${encoding} decode`, octets.length, () => decode(octets, encoding)),
      subject(`${name} ${encoding} encode`, octets.length, () => encode(message, encoding)),
    ];
  });
  const size = forms[0]?.octets ?? 0;
  const rows = Math.max(1, Math.round(size / JSON.stringify(jsonRow(0)).length));
  const value = Array.from({ length: rows }, (_, index) => jsonRow(index));
  const text = JSON.stringify(value);
  return [
    ...forms,
    subject(`${name} peer JSON.parse`, text.length, () => JSON.parse(text)),
    subject(`${name} peer JSON.stringify`, text.length, () => JSON.stringify(value)),
  ];
}

function jsonRow(index: number): unknown {
  return { uri: `./DevDetail/Ext/Node${index}`, format: 'chr', type: 'text/plain', data: 'v4.0.0b5' };
}

function subject(name: string, octets: number, run: () => unknown): Subject {
  return { name, octets, run, microseconds: [] };
}

function measure({ run, microseconds }: Subject): void {
  const end = performance.now() + ROUND_MILLISECONDS;
  const start = performance.now();
  let count = 0;
  let now = start;
  while (now < end) {
    for (let repeat = 0; repeat < 20; repeat++) {
      run();
    }
    count += 20;
    now = performance.now();
  }
  microseconds.push(((now - start) * 1000) / count);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const all = [
  ...subjects('package 1', packageOne),
  ...subjects('dense 2 kB', dense(9)),
  ...subjects('dense 16 kB', dense(80)),
  ...subjects('chunk 4 kB', chunk(4096)),
  ...subjects('chunk 16 kB', chunk(16384)),
];
for (let round = 0; round < ROUNDS; round++) {
  for (const one of all) {
    measure(one);
  }
}
const results = all.map(({ name, octets, microseconds }) => {
  const time = median(microseconds);
  return { name, octets, microseconds: time, megabytesPerSecond: octets / time };
});
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ node: process.version, arch: process.arch, results }, null, 2));
} else {
  for (const { name, octets, microseconds, megabytesPerSecond } of results) {
    console.log(
      `${name.padEnd(32)} ${String(octets).padStart(7)} octets ${microseconds.toFixed(2).padStart(9)} µs ${megabytesPerSecond.toFixed(0).padStart(6)} MB/s`,
    );
  }
}
