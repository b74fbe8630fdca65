import { PeerError } from '@fumarole/dm';
import { DecodeError, decode, joinParts, type SyncMLMessage } from '@fumarole/syncml';
import { encodings, type Move, move, moveMessage, schemes } from '@fumarole/testkit/arbitrary';
import { fromServer, headerStatus, Pair, statusLines } from '@fumarole/testkit/pair';
import fc from 'fast-check';
import { messagesIn, newPair, wholeSession } from '../corpus.ts';
import { must, unlessRefused } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

/** A stored session, and what the device keeps, stay this small whatever a peer says. */
const MAX_SERVER_SESSION = 8192;
const MAX_CLIENT_SESSION = 100_000;

/** The engines are asked in both encodings: the first octet tells. */
const encodingOf = (octets: Uint8Array): 'xml' | 'wbxml' => ((octets[0] ?? 0) < 9 ? 'wbxml' : 'xml');
const seeds = (): readonly Uint8Array[] => [...messagesIn('wbxml'), ...messagesIn('xml')];

export const sessionServer: Target = {
  name: 'session-server',
  asks: 'the server’s side: damaged messages at every place of a session, random, repeated, reordered, cut conversations',
  seeds,
  take: (octets) => {
    const pair = newPair(encodingOf(octets));
    const out = runTowards(pair, octets);
    sayTo(pair, octets);
    sayTo(pair, octets);
    // and the device goes on
    sayTo(pair, joinParts(out.parts, pair.options.readBlob));
  },
  models: [
    model(
      'random conversations',
      fc.tuple(encodings, schemes, schemes, fc.array(move, { maxLength: 14 })),
      ([encoding, client, server, moves]) => {
        const pair = new Pair({ ...newPair(encoding).options, client, server });
        let msgID = 0;
        let last: SyncMLMessage | undefined;
        for (const one of moves) {
          last = moveMessage(one, msgID, last, pair);
          msgID = last.hdr.MsgID;
          const message = last;
          answered(pair, () => pair.say(message, { tokenValid: one.tokenValid }));
        }
      },
    ),
    model(
      'a session repeated, reordered and cut',
      fc.tuple(encodings, fc.array(fc.nat(40), { maxLength: 20 })),
      ([encoding, order]) => {
        const said = saidIn(encoding, 'client');
        const pair = newPair(encoding);
        for (const at of order) {
          const one = said[at % said.length];
          if (one !== undefined)
            sayTo(pair, at >= said.length ? one.octets.slice(0, one.octets.length - (at % 7)) : one.octets);
        }
      },
    ),
  ],
};

export const sessionClient: Target = {
  name: 'session-client',
  asks: 'the device’s side: damaged messages at every place of a session, random, repeated, reordered, cut conversations',
  seeds,
  take: (octets) => {
    const pair = newPair(encodingOf(octets));
    runTowards(pair, octets);
    hear(pair, octets);
    hear(pair, octets);
  },
  models: [
    model(
      'random conversations',
      fc.tuple(encodings, schemes, schemes, fc.array(move, { maxLength: 14 })),
      ([encoding, client, server, moves]) => {
        const pair = new Pair({ encoding, client, server });
        pair.start();
        for (const [at, one] of moves.entries()) if (!heard(pair, at + 1, one)) break;
        if (server !== 'none') {
          must(
            pair.work.every(({ kind }) => kind === 'drop-object'),
            'work for a server that has not proved itself',
          );
        }
        smallClient(pair);
      },
    ),
    model(
      'a session repeated, reordered and cut',
      fc.tuple(encodings, fc.array(fc.nat(40), { maxLength: 20 })),
      ([encoding, order]) => {
        const said = saidIn(encoding, 'server');
        const pair = newPair(encoding);
        pair.start();
        for (const at of order) {
          const one = said[at % said.length];
          if (one !== undefined)
            hear(pair, at >= said.length ? one.octets.slice(0, one.octets.length - (at % 7)) : one.octets);
        }
      },
    ),
  ],
};

/** A session up to the place that the input itself tells, so that a reproducer needs nothing else; what is said next. */
function runTowards(pair: Pair, input: Uint8Array): ReturnType<Pair['start']> {
  let out = pair.start();
  for (let left = input.reduce((sum, octet) => (sum + octet) % 9, input.length); left > 0; left -= 1) {
    const next = pair.take(pair.exchange(out));
    if (next === undefined) break;
    out = next;
  }
  return out;
}

function sayTo(pair: Pair, octets: Uint8Array): void {
  const message = unlessRefused(() => decode(octets, pair.encoding), DecodeError);
  if (message !== undefined) answered(pair, () => pair.post(octets));
}

/** Every message is refused, or answered once, the SyncHdr’s Status first; what is stored stays small. */
function answered(pair: Pair, say: () => ReturnType<Pair['post']>): void {
  const answer = unlessRefused(say, PeerError);
  must(pair.largestSession < MAX_SERVER_SESSION, `a session of ${pair.largestSession} octets`);
  if (answer === undefined) return;
  must(/^SyncHdr 0 \d+$/.test(statusLines(answer.message)[0] ?? ''), 'the first Status is not the SyncHdr’s');
}

/** A response that does not decode ends the session on a device. */
function hear(pair: Pair, octets: Uint8Array): void {
  const message = unlessRefused(() => decode(octets, pair.encoding), DecodeError);
  if (message === undefined) return;
  const out = pair.take({ from: 'server', octets, message, encoding: pair.encoding });
  if (out !== undefined) pair.read(out);
  smallClient(pair);
}

function heard(pair: Pair, msgID: number, one: Move): boolean {
  const reply = pair.hear(fromServer(msgID, [headerStatus(msgID), ...one.body], one.change));
  smallClient(pair);
  if (reply === undefined) return false;
  const [first] = statusLines(reply);
  must(first === undefined || /^SyncHdr 0 /.test(first), 'the first Status is not the SyncHdr’s');
  return true;
}

function smallClient(pair: Pair): void {
  const size = JSON.stringify(pair.clientSession ?? {}).length;
  must(size < MAX_CLIENT_SESSION, `the device’s session has ${size} octets`);
}

const sessions = new Map<string, Pair>();

/** What a side says in a whole session; run once. */
function saidIn(encoding: 'xml' | 'wbxml', side: 'client' | 'server'): ReturnType<Pair['of']> {
  const session = sessions.get(encoding) ?? wholeSession(encoding);
  sessions.set(encoding, session);
  return session.of(side);
}
