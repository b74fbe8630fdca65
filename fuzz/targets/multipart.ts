import fc from 'fast-check';
import { DownloadFailure } from '../../packages/device/src/download/download-failure.ts';
import { MultipartReader, multipartOf } from '../../packages/device/src/download/multipart.ts';
import { MAX_HEADER_BYTES } from '../../packages/device/src/limits.ts';
import { utf8 } from '../corpus.ts';
import { mustEqual } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

const BOUNDARY = 'gc0p4Jq0M2Yt08jU534c0p';
const delimiter = `\r\n--${BOUNDARY}`;

export const multipart: Target = {
  name: 'multipart',
  asks: 'combined delivery, in pieces of any size: the same parts, or the same refusal',
  seeds: () => [
    utf8(`multipart/related; type="application/vnd.oma.dd+xml"; boundary="${BOUNDARY}" ; a = b`),
    utf8(
      `--${BOUNDARY}\r\nContent-Type: application/vnd.oma.dd+xml\r\n\r\n<media/>${delimiter}\r\nContent-Type: a/b\r\nContent-ID: <x>\r\n\r\n\u0000\u0001octets${delimiter}--\r\n`,
    ),
    utf8(`preamble${delimiter} \r\n\r\nbody${delimiter}--`),
  ],
  take: async (octets) => {
    multipartOf(Buffer.from(octets.subarray(0, MAX_HEADER_BYTES)).toString('latin1'));
    const whole = await partsOf([octets]);
    if (octets.length > MAX_HEADER_BYTES) return; // where a limit strikes depends on the pieces
    const step = Math.max(7, Math.floor(octets.length / 50));
    const pieces = Array.from({ length: Math.ceil(octets.length / step) }, (_, at) =>
      octets.subarray(at * step, (at + 1) * step),
    );
    mustEqual(await partsOf(pieces), whole, 'the parts in pieces');
  },
  models: [
    model(
      'decode(encode(x)) = x',
      fc.tuple(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 50 }),
      ),
      async ([bodies, step]) => {
        const parts = bodies.flatMap((body) => [
          Buffer.from(`${delimiter}\r\nContent-Type: a/b\r\n\r\n`),
          body,
        ]);
        const octets = Buffer.concat([...parts, Buffer.from(`${delimiter}--\r\n`)]);
        const pieces = Array.from({ length: Math.ceil(octets.length / step) }, (_, at) =>
          octets.subarray(at * step, (at + 1) * step),
        );
        mustEqual(
          await partsOf(pieces),
          { parts: bodies.map((body) => Buffer.from(body).toString('hex')) },
          'the parts',
        );
      },
    ),
  ],
};

async function partsOf(pieces: readonly Uint8Array[]): Promise<unknown> {
  const parts: string[] = [];
  try {
    const reader = new MultipartReader(flow(pieces), BOUNDARY);
    for (let part = await reader.next(); part !== undefined; part = await reader.next()) {
      const body: Uint8Array[] = [];
      for await (const octets of part.body) body.push(octets);
      parts.push(Buffer.concat(body).toString('hex'));
    }
    await reader.end();
    return { parts };
  } catch (error) {
    if (!(error instanceof DownloadFailure)) throw error;
    return { refused: true };
  }
}

async function* flow(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
