import { messages, octetItem, textItem } from '@fumarole/testkit/arbitrary';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commandLength,
  DecodeError,
  decode,
  encode,
  encodedLength,
  joinParts,
  partsLength,
  type SyncMLMessage,
} from './index.ts';

describe.each(['wbxml', 'xml'] as const)('%s', (encoding) => {
  it('R-046: what was written reads as the same message', () => {
    fc.assert(
      fc.property(messages(textItem), (message) => {
        expect(decode(joinParts(encode(message, encoding)), encoding)).toEqual(message);
      }),
    );
  });

  it('R-052: the length is known before sending, and the sum of its commands bounds it', () => {
    fc.assert(
      fc.property(messages(fc.oneof(textItem, octetItem)), (message) => {
        const length = encodedLength(message, encoding);
        expect(joinParts(encode(message, encoding))).toHaveLength(length);
        const frame = encodedLength({ ...message, body: [] }, encoding) + 2;
        const sum = message.body.reduce((total, c) => total + commandLength(c, encoding), frame);
        expect(length).toBeLessThanOrEqual(sum);
      }),
    );
  });

  it('R-053: arbitrary octets, and damaged messages, end in a message or in a DecodeError', () => {
    const damaged = fc
      .tuple(
        messages(fc.oneof(textItem, octetItem)),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
      )
      .map(([message, changes]) => {
        const octets = joinParts(encode(message, encoding)).slice();
        for (const [at, octet] of changes) {
          octets[at % octets.length] = octet;
        }
        return octets;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 })), (octets) => {
        try {
          decode(octets, encoding);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

it('R-046: octets pass through WBXML unchanged', () => {
  fc.assert(
    fc.property(messages(octetItem), (message) => {
      expect(decode(joinParts(encode(message, 'wbxml')), 'wbxml')).toEqual(message);
    }),
  );
});

it('R-052: ranges of stored objects count with the length they will have', () => {
  const ref = { sha256: '00'.repeat(32), offset: 3, length: 100 };
  for (const base64 of [true, false]) {
    for (const encoding of ['xml', 'wbxml'] as const) {
      const message: SyncMLMessage = {
        hdr: {
          VerDTD: '1.2',
          VerProto: 'DM/1.2',
          SessionID: '1',
          MsgID: 1,
          Target: { LocURI: 'a' },
          Source: { LocURI: 'b' },
        },
        body: [
          {
            kind: 'Replace',
            CmdID: '1',
            items: [{ Meta: { Format: 'bin' }, Data: { kind: 'blob', ref, base64 } }],
          },
        ],
        final: true,
      };
      const parts = encode(message, encoding);
      expect(parts.map(({ kind }) => kind)).toEqual(['octets', 'blob', 'octets']);
      const body = joinParts(parts, ({ length }) => new Uint8Array(length).fill(9));
      expect(body).toHaveLength(partsLength(parts));
      const [item] = decode(body, encoding).body.flatMap((c) => (c.kind === 'Replace' ? c.items : []));
      const asText = base64 || encoding === 'xml';
      expect(item?.Meta?.Format).toBe(asText ? 'b64' : 'bin');
      expect(item?.Data).toHaveLength(asText ? 136 : 100);
    }
  }
});
