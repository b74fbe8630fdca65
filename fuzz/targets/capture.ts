import { decode } from '@fumarole/syncml';
import fc from 'fast-check';
import { capturedMessages } from '../../packages/cli/src/capture/captured-messages.ts';
import { isCapture, readCapture } from '../../packages/cli/src/capture/read-capture.ts';
import { decodeInput, failedIn } from '../../packages/cli/src/decode/decode-input.ts';
import { pcapOf } from '../../packages/cli/src/trace/pcap-export.ts';
import { sessionTrace } from '../../packages/cli/src/trace/session-trace.ts';
import { wholeSession } from '../corpus.ts';
import { must, mustEqual } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';
import { SMS_SEEDS, wspPush } from './push.ts';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const sessions = (['xml', 'wbxml'] as const).map((encoding) => {
  const steps = wholeSession(encoding).messages.map(({ octets, from }, index) => ({
    at: AT + index * 10,
    from: from === 'client' ? ('device' as const) : ('server' as const),
    encoding,
    bytes: octets.length,
    octets,
    message: decode(octets, encoding),
  }));
  return sessionTrace('s', 'wire', steps);
});

export const capture: Target = {
  name: 'capture',
  asks: 'pcap and pcapng down to HTTP, pushes, SMPP and SMS: never a throw, every octet in its place',
  seeds: () => [
    ...sessions.map(pcapOf),
    ...[...wspPush.seeds(), ...SMS_SEEDS()].map((octets) => pcap(101, datagram(octets))),
    ...SMS_SEEDS().map((octets) => pcap(252, exported('gsm_sms', octets))),
  ],
  take: (octets) => {
    if (!isCapture(octets)) return;
    const read = readCapture(octets);
    for (const { offset, octets: frame } of read.frames)
      must(offset + frame.length <= octets.length, 'a frame behind the end');
    const { messages } = capturedMessages(read);
    return () => {
      for (const { content } of messages.slice(0, 20)) {
        const last = content.octets.length - 1;
        const place = last < 0 ? undefined : content.placeOf(last);
        if (place !== undefined)
          must(octets[place] === content.octets[last], 'an octet is not where it is said to be');
      }
      failedIn(decodeInput({ octets, form: 'raw', cut: false }, undefined));
    };
  },
  models: [
    model(
      'segments in any order, repeated and cut, are the session again',
      fc.tuple(fc.constantFrom(...sessions), fc.infiniteStream(fc.nat(9))),
      ([session, dice]) => {
        const octets = pcapOf(session);
        const { frames } = readCapture(octets);
        const rolled = frames.map((frame) => ({ frame, place: frame.number + (dice.next().value ?? 0) }));
        const shuffled = [...rolled, ...rolled.slice(5, 9)]
          .sort((a, b) => a.place - b.place)
          .map(({ frame }) => frame);
        const { messages } = capturedMessages({
          format: 'pcapng',
          frames: [...frames.slice(0, 2), ...shuffled],
        });
        const bodies = messages.map(({ content }) => Buffer.from(content.octets).toString('hex')).sort();
        mustEqual(
          bodies,
          session.steps.map((step) => Buffer.from(step.octets ?? []).toString('hex')).sort(),
          'the bodies',
        );
      },
    ),
  ],
};

/** A pcap of one frame. */
function pcap(linkType: number, frame: Uint8Array): Uint8Array {
  const head = Buffer.alloc(40);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(linkType, 20);
  head.writeUInt32LE(frame.length, 32);
  head.writeUInt32LE(frame.length, 36);
  return new Uint8Array(Buffer.concat([head, frame]));
}

/** IPv4 and UDP to the port of WAP push. */
function datagram(octets: Uint8Array): Uint8Array {
  const ip = Buffer.from('4500000000000000401100007f0000017f000001', 'hex');
  ip.writeUInt16BE(28 + octets.length, 2);
  const udp = Buffer.from('c0020b8400000000', 'hex');
  udp.writeUInt16BE(8 + octets.length, 4);
  return Buffer.concat([ip, udp, octets]);
}

/** A PDU as Wireshark exports it. */
function exported(name: string, octets: Uint8Array): Uint8Array {
  const padded = Buffer.alloc(Math.ceil(name.length / 4) * 4);
  padded.write(name);
  return Buffer.concat([Buffer.from([0, 12, 0, padded.length]), padded, Buffer.from([0, 0, 0, 0]), octets]);
}
