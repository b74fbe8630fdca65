import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiSessionDetail, ApiTraceMessage } from '@fumarole/server/api';
import { decode, parseXml } from '@fumarole/syncml';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { capturedMessages } from '../capture/captured-messages.ts';
import { readCapture } from '../capture/read-capture.ts';
import type { Output } from '../output.ts';
import { textWidth } from '../text-width.ts';
import { drawDiagram } from './diagram.ts';
import { htmlOf } from './html.ts';
import { mermaidOf } from './mermaid.ts';
import { pcapOf } from './pcap-export.ts';
import { folded, type SessionTrace, shortened, traceOfApi } from './session-trace.ts';
import { registerTrace } from './trace-command.ts';
import { traceExport, tracesOf } from './trace-file.ts';

const ELIDED = `[5000 octets, sha256 ${'ab'.repeat(32)}, first ${'00'.repeat(64)}]`;
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

function xml(from: 'device' | 'server', msgID: number, body: string): string {
  const ends = ['IMEI:1', 'http://dm.example/dm'];
  const [source, target] = from === 'device' ? ends : ends.toReversed();
  return `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>${msgID}</MsgID><Target><LocURI>${target}</LocURI></Target><Source><LocURI>${source}</LocURI></Source></SyncHdr><SyncBody>${body}<Final/></SyncBody></SyncML>`;
}

const message = (
  from: 'device' | 'server',
  index: number,
  body: string,
  more: Partial<ApiTraceMessage> = {},
): ApiTraceMessage => ({
  at: new Date(AT + index * 100).toISOString(),
  from,
  encoding: 'wbxml',
  bytes: 100 + index,
  ...(from === 'server' ? { status: 200 } : {}),
  xml: xml(from, Math.floor(index / 2) + 1, body),
  ...more,
});

const HOSTILE = `<script>alert('x')</script> \u001b[31m; #35; "%%{init}%%" 長い`;
const escapedHostile = HOSTILE.replaceAll('&', '&amp;')
  .replaceAll('<', '&lt;')
  .replaceAll('\u001b', '\ufffd');
const alert = (code: string, data = '') => `<Alert><CmdID>1</CmdID><Data>${code}</Data>${data}</Alert>`;
const replace = (data: string) =>
  `<Replace><CmdID>2</CmdID><Item><Target><LocURI>./X</LocURI></Target><Data>${data}</Data></Item></Replace>`;
const status = (code: number, cmd: string, ref: string) =>
  `<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>${ref}</CmdRef><Cmd>${cmd}</Cmd><Data>${code}</Data></Status>`;

const detail = (trace: readonly ApiTraceMessage[]): ApiSessionDetail => ({
  id: 's1',
  device: 'IMEI:1',
  startedAt: trace[0]?.at ?? '',
  lastAt: trace.at(-1)?.at ?? '',
  messages: trace.length,
  trace,
  transcript: 'as told',
});

const small = detail([
  message('device', 0, alert('1201')),
  message('server', 1, `${status(200, 'SyncHdr', '0')}${replace(ELIDED)}${replace(escapedHostile)}`),
  message('device', 2, status(406, 'Replace', '2')),
  { ...message('server', 3, '', { status: 400, outcome: 'malformed: no root' }), xml: undefined },
]);

function drawn(trace: SessionTrace, columns: number | undefined): string {
  let text = '';
  const output: Output = { json: false, columns, write: (piece) => (text += piece), warn: () => undefined };
  drawDiagram(output, trace);
  return text;
}

describe('the diagram', () => {
  it('says who says what, and when', () => {
    const lines = drawn(traceOfApi(small), undefined).split('\n');
    expect(lines.slice(0, 6)).toEqual([
      `device${' '.repeat(88)}server`,
      `IMEI:1${' '.repeat(74)}http://dm.example/dm`,
      `│${' '.repeat(98)}│`,
      `├─ message 1 · 100 octets of WBXML ${'─'.repeat(47)} 03:04:05.000 ──▶│`,
      `│  Device IMEI:1 speaks to http://dm.example/dm in session 1.${' '.repeat(38)}│`,
      `│  Opens the session by itself (1201).${' '.repeat(61)}│`,
    ]);
    expect(lines.join('\n')).toMatch(/│◀── \+100 ms ─+ message 1 · 101 octets of WBXML ─┤/);
    expect(lines.join('\n')).toMatch(
      /unreadable message · 103 octets of WBXML · HTTP 400 ─┤\n│ +\(malformed: no root\)/,
    );
    expect(lines.join('\n')).toContain('⟨5000 octets, SHA-256 abababab…, 64 of them kept⟩');
  });

  it.each([
    undefined,
    40,
    60,
    80,
    119,
    300,
  ])('every line is as wide as the others, in %s columns', (columns) => {
    vi.stubEnv('NO_COLOR', '1');
    const lines = drawn(traceOfApi(small), columns).trimEnd().split('\n');
    vi.unstubAllEnvs();
    expect([...new Set(lines.map(textWidth))]).toEqual([Math.max(48, Math.min(120, columns ?? 100))]);
  });

  it('has colours in a terminal and none in a file, and no control character of a peer in either', () => {
    expect(drawn(traceOfApi(small), undefined)).not.toContain('\u001b');
    vi.stubEnv('NO_COLOR', undefined);
    const coloured = drawn(traceOfApi(small), 100);
    vi.unstubAllEnvs();
    expect(coloured).toContain('\u001b[36m');
    expect(coloured).not.toContain('\u001b[31m;');
  });

  it('many exchanges alike are the first, the last, and how many lie between', () => {
    const chunk = (index: number) => [
      message('device', index, `${status(213, 'Replace', String(index))}`),
      message(
        'server',
        index + 1,
        replace(`[100 octets from ${index} of the object with sha256 ${'cd'.repeat(32)}]`),
      ),
    ];
    const trace = traceOfApi(
      detail([
        message('device', 0, alert('1201')),
        message('server', 1, replace('a')),
        ...Array.from({ length: 10 }, (_, at) => chunk(2 + at * 2)).flat(),
      ]),
    );
    const shown = folded(trace.steps, false);
    expect(shown.filter(({ kind }) => kind === 'alike')).toHaveLength(1);
    expect(shown.length).toBeLessThan(11);
    expect(shown.flatMap((one) => (one.kind === 'step' ? [one.step] : one.steps))).toEqual(trace.steps);
    expect(folded(trace.steps, true)).toHaveLength(22);
    expect(drawn(trace, undefined)).toMatch(
      /┊ +⋮ {2}[78] more exchanges alike, \d+ octets, within 1\.\d s +┊/,
    );
  });
});

it('what was not kept is said to be so', () => {
  expect(shortened(`Sets ./X = ${ELIDED}.`)).toBe(
    'Sets ./X = ⟨5000 octets, SHA-256 abababab…, 64 of them kept⟩.',
  );
});

describe('HTML', () => {
  const page = htmlOf(traceOfApi(small));

  it('fetches nothing, runs nothing, and escapes everything of a peer', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\ssrc=|\shref=|\son\w+=/i);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('&lt;script&gt;alert(&#39;x&#39;)');
    expect(page).not.toContain('\u001b');
  });

  it('is well-formed, and names what was not kept with all that there is', () => {
    const body = page.slice(page.indexOf('<body>'), page.indexOf('</html>'));
    expect(() => parseXml(body)).not.toThrow();
    expect(body).toContain(`title="${ELIDED}"`);
    expect(body).toContain('malformed: no root');
    expect(body).toContain('The octets are not kept.');
    expect(body).toContain('<li class="s4">');
  });
});

it('Mermaid: arrows and notes, with nothing that is syntax to it', () => {
  const lines = mermaidOf(traceOfApi(small)).split('\n');
  expect(lines.slice(0, 4)).toEqual([
    'sequenceDiagram',
    '    participant D as IMEI:1',
    '    participant S as http://dm.example/dm',
    '    D->>S: message 1, 100 octets of WBXML',
  ]);
  expect(lines).toContain('    S-xD: unreadable message, 103 octets of WBXML, HTTP 400, after 100 ms');
  const note = lines.find((line) => line.includes('script')) ?? '';
  expect(note.replaceAll('<br/>', '')).not.toMatch(/[<>"]|;(?<!#\d+;)/);
});

describe('pcap', () => {
  it('is an HTTP conversation with the messages, and says what it is', () => {
    const octets = pcapOf(traceOfApi(small));
    const messages = capturedMessages(readCapture(octets)).messages;
    expect(messages.map(({ title, at }) => `${title} ${at - AT}`)).toEqual([
      'POST /dm HTTP/1.1 0',
      'HTTP/1.1 200 OK 100',
      'POST /dm HTTP/1.1 200',
      'HTTP/1.1 400 Refused 300',
    ]);
    const said = messages.slice(0, 3).map(({ content }) => decode(content.octets, 'wbxml'));
    expect(said).toEqual(small.trace.slice(0, 3).map((one) => decode(Buffer.from(one.xml ?? ''), 'xml')));
    expect(messages[1]?.headers.get('x-fumarole-trace')).toBe('written anew, 101 octets before redaction');
    const [last] = messages.slice(-1).map(({ content }) => Buffer.from(content.octets).toString());
    expect(last).toBe('The trace did not keep these 103 octets: malformed: no root.\n');
    expect(Buffer.from(octets).toString('latin1')).toContain(
      'Rebuilt by fumarole trace from a trace, not captured.',
    );
  });

  it('of a capture the octets are as they were; an answer that is missing is told', () => {
    const [again] = tracesOf(pcapOf(traceOfApi(small)), 'x');
    expect(again).toMatchObject({ device: 'IMEI:1', server: 'http://dm.example/dm', source: 'wire' });
    if (again === undefined) throw new Error('no session');
    const lone = { ...again, steps: again.steps.filter(({ from }) => from === 'device') };
    const messages = capturedMessages(readCapture(pcapOf(lone))).messages;
    expect(messages.map(({ title }) => title)).toEqual([
      'POST /dm HTTP/1.1',
      'HTTP/1.1 504 Gateway Timeout',
      'POST /dm HTTP/1.1',
    ]);
    expect(messages[0]?.content.octets).toEqual(again.steps[0]?.octets);
  });
});

describe('the command on files', () => {
  let folder: string;
  let out: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fumarole-trace-'));
    out = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
      out += String(piece);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  async function trace(...args: readonly string[]): Promise<string> {
    const program = new Command().exitOverride();
    registerTrace(program);
    out = '';
    await program.parseAsync(['trace', ...args], { from: 'user' });
    return out;
  }

  it('draws and exports what trace --json printed, and what it exported itself', async () => {
    const at = (name: string) => join(folder, name);
    writeFileSync(at('t.json'), JSON.stringify(small));
    expect(await trace('--file', at('t.json'))).toContain('├─ message 1');
    expect(await trace('--file', at('t.json'), '--export', 'mermaid')).toMatch(/^sequenceDiagram/);
    await trace('--file', at('t.json'), '--export', 'pcap', '--out', at('t.pcap'));
    expect(await trace('--file', at('t.pcap'), '--text')).toContain('Opens the session by itself (1201).');
    expect(await trace('--file', at('t.pcap'), '1', '--xml')).toContain('<SyncML');
    await trace('--file', at('t.pcap'), '--export', 'html', '--out', at('t.html'));
    expect(readFileSync(at('t.html'), 'utf8')).toContain('Read from a capture');
    await expect(trace('--file', at('t.pcap'), '7')).rejects.toThrow('no such session');
    writeFileSync(at('x'), 'hello');
    await expect(trace('--file', at('x'))).rejects.toThrow('holds no trace');
    await expect(trace()).rejects.toThrow('Name a session');
  });

  it('a file that only looks like a trace is none', () => {
    for (const text of [
      '{}',
      '{"id":1,"trace":[]}',
      '{"id":"a","trace":[{"from":"x"}]}',
      '{',
      '[]',
      '{"id":"a","trace":[{"from":"device","encoding":"xml","at":"never"}]}',
    ]) {
      expect(traceExport(new Uint8Array(Buffer.from(text)))).toBeUndefined();
    }
  });
});
