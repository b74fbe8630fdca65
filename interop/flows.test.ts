import {
  decode,
  type Encoding,
  encode,
  joinParts,
  parseContentType,
  type SyncMLMessage,
} from '@fumarole/syncml';
import { type RecordedMessage, World } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLOWS } from '../tests/flows/flow-table.ts';
import { ENCODINGS, runFlow, SCHEMES, type Scheme } from '../tests/flows/run-flow.ts';
import { roundTripsThroughLibwbxml, type Specimen } from './libwbxml.ts';
import { readByWireshark } from './wbxml-by-wireshark.ts';
import { invalidities } from './xmllint.ts';

let world: World;
beforeAll(async () => {
  world = await World.open({ recorded: true });
});
afterAll(() => world.close());

describe.each(ENCODINGS)('%s', (encoding) => {
  /** Every message of the flows below, in the form of this encoding. */
  const seen: SyncMLMessage[] = [];

  // the schemes take turns: each encoding carries the credentials and challenges of both
  const cases = FLOWS.map(
    (flow, index) => [`${flow.id} with ${schemeOf(index)}`, schemeOf(index), flow] as const,
  );

  it.each(cases)('%s: every message means the same to libwbxml', async (_title, scheme, flow) => {
    await runFlow(flow, encoding, scheme, world);
    const messages = world.recording.take();
    for (const from of ['device', 'server'] as const) {
      expect(messages.filter((message) => message.from === from).length).toBeGreaterThan(1);
    }
    const specimens = messages.map((message, index) => specimenOf(message, index, encoding));
    seen.push(...specimens.map(({ message }) => message));
    for (const [index, comparisons] of (await roundTripsThroughLibwbxml(specimens)).entries()) {
      for (const { way, expected, actual } of comparisons) {
        expect(actual, `message ${index}, ${way}`).toEqual(expected);
      }
    }
  });

  it('every message of the flows is read whole by the dissector of Wireshark', async () => {
    expect(seen.length).toBeGreaterThan(cases.length * 10);
    const readings = await readByWireshark(seen.map((message) => joinParts(encode(message, 'wbxml'))));
    for (const [index, message] of seen.entries()) {
      const elements = [...textOf(message).matchAll(/<([A-Za-z]+)[ />]/g)].map(([, name]) => name);
      expect(readings[index], `message ${index}`).toEqual({ elements, complaints: [] });
    }
  });

  it('every message of the flows is valid to xmllint', async () => {
    const reports = await invalidities('syncml-1.2', seen.map(textOf));
    expect(reports.filter((report) => report !== '')).toEqual([]);
  });
});

function textOf(message: SyncMLMessage): string {
  return Buffer.from(joinParts(encode(message, 'xml'))).toString();
}

function schemeOf(index: number): Scheme {
  return SCHEMES[index % SCHEMES.length] ?? 'md5';
}

/** A recorded message, which our encoder must write again octet for octet: the tools see what the wire saw. */
function specimenOf(recorded: RecordedMessage, index: number, encoding: Encoding): Specimen {
  const { from, contentType, octets } = recorded;
  const which = `message ${index} from the ${from}`;
  expect(parseContentType(contentType), which).toMatchObject({ encoding, family: 'dm' });
  const message = decode(octets, encoding);
  const again = Buffer.from(joinParts(encode(message, encoding)));
  expect(again.equals(octets), `${which}, encoded again`).toBe(true);
  return { message, recorded: { encoding, octets } };
}
