import { expect, it } from 'vitest';
import { readEvents, type SentEvent } from './event-lines.ts';

const TEXT =
  'id: 1\nevent: hello\ndata: {}\n\n: still here\n\nid: 2\nevent: update\ndata: {"text":\ndata: "é"}\n\nid: 3\nevent: cut off';

async function read(pieces: readonly Uint8Array[]): Promise<readonly SentEvent[]> {
  const events: SentEvent[] = [];
  async function* body(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  for await (const event of readEvents(body())) events.push(event);
  return events;
}

const expected = [
  { id: '1', event: 'hello', data: '{}' },
  { id: '2', event: 'update', data: '{"text":\n"é"}' },
];

it('reads whole events wherever the stream is cut, and none that is unfinished', async () => {
  const octets = Buffer.from(TEXT);
  for (let at = 0; at < octets.length; at += 1) {
    expect(await read([octets.subarray(0, at), octets.subarray(at)])).toEqual(expected);
  }
});

it('gives up on an event without end', async () => {
  const piece = Buffer.alloc(600_000, 'x');
  await expect(read([piece, piece])).rejects.toThrow(RangeError);
});
