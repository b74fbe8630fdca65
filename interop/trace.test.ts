import type { ApiSession, ApiSessionDetail } from '@fumarole/server/api';
import { World } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capturedMessages } from '../packages/cli/src/capture/captured-messages.ts';
import { readCapture } from '../packages/cli/src/capture/read-capture.ts';
import { pcapOf } from '../packages/cli/src/trace/pcap-export.ts';
import { traceOfApi } from '../packages/cli/src/trace/session-trace.ts';
import { FLOWS } from '../tests/flows/flow-table.ts';
import { ENCODINGS, runFlow } from '../tests/flows/run-flow.ts';
import { dissectCapture } from './tshark.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

/** What tshark marks as wrong: in the octets, in checksums, in the order of segments. */
const CHECKED = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
/** The media type of SyncML in XML is not in Wireshark's list: it is looked at when it is told to. */
const LOOK = ['--enable-heuristic', 'xml_http'];
const COMPLAINT =
  /malformed|\[Expert Info \((?:Error|Warning)|checksum.*\[incorrect|retransmission|out-of-order|unseen/i;

describe.each(ENCODINGS)('%s', (encoding) => {
  it('an exported session of a flow is dissected down to SyncML, without a complaint', async () => {
    const flow = FLOWS.find(({ id }) => id === 'A1') ?? FLOWS[0];
    if (flow === undefined) throw new Error('no flow');
    const before = new Set((await sessions()).map(({ id }) => id));
    await runFlow(flow, encoding, 'mac', world);
    const longest = (await sessions())
      .filter(({ id }) => !before.has(id))
      .sort((a, b) => b.messages - a.messages)[0];
    const detail = await world.api<ApiSessionDetail>('GET', `/sessions/${longest?.id}`);
    expect(detail.trace.length).toBeGreaterThan(4);
    // large data is in the session, and was not kept
    expect(
      detail.trace.some(({ xml = '' }) => /octets from \d+ of the object|octets, sha256/.test(xml)),
    ).toBe(true);
    const capture = pcapOf(traceOfApi(detail));
    const frames = await dissectCapture(capture, [...CHECKED, ...LOOK]);
    expect(frames.filter((frame) => COMPLAINT.test(frame))).toEqual([]);
    const mark = encoding === 'wbxml' ? /^WAP Binary XML/m : /^eXtensible Markup Language/m;
    const messages = frames.filter((frame) => mark.test(frame));
    expect(messages).toHaveLength(detail.trace.length);
    for (const frame of messages) expect(frame).toMatch(/<SyncHdr/);
    expect(frames.join('\n')).toContain('written anew, ');
    // and our own reader agrees with tshark
    expect(capturedMessages(readCapture(capture)).messages).toHaveLength(detail.trace.length);
  });
});

async function sessions(): Promise<readonly ApiSession[]> {
  const { items } = await world.api<{ items: readonly ApiSession[] }>('GET', '/sessions?limit=200');
  return items;
}
