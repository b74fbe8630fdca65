import type { Command, SyncMLMessage } from '@fumarole/syncml';
import { encodings, type Move, move, moveMessage, schemes } from '@fumarole/testkit/arbitrary';
import { fromServer, headerStatus, Pair, statusLines } from '@fumarole/testkit/pair';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeerError } from '../errors.ts';
import type { ClientWork, CommandOutcome, WorkOutcome } from './client.ts';
import type { ServerCommand } from './server.ts';

/** Legal and illegal, in and out of order: neither side falls over, answers more than once, or grows. */

const IMAGE = new Uint8Array(3000).fill(7);
const planned: readonly ServerCommand[] = [
  { kind: 'get', key: 'g', uri: './DevDetail/FwV' },
  {
    kind: 'replace',
    key: 'o',
    uri: './FUMO/Update/PkgData',
    format: 'bin',
    data: { sha256: '0'.repeat(64), offset: 0, length: IMAGE.length },
  },
  { kind: 'exec', key: 'x', uri: './FUMO/Update', correlator: 'c' },
  { kind: 'atomic', key: 'a', commands: [{ kind: 'delete', key: 'd', uri: './X' }] },
];

describe('random conversations', () => {
  it('the server answers every message once, with the SyncHdr’s Status first, and its session stays small', () => {
    fc.assert(
      fc.property(
        encodings,
        schemes,
        schemes,
        fc.array(move, { maxLength: 14 }),
        fc.nat(3),
        (encoding, client, server, moves, pick) => {
          const pair = new Pair({
            encoding,
            client,
            server,
            wire: { atomic: true, sequence: true },
            readBlob: (ref) => IMAGE.subarray(ref.offset, ref.offset + ref.length),
            plan: (_, n) => ({ commands: n % 3 === 2 ? [] : planned.slice(0, 1 + ((n + pick) % 4)) }),
          });
          let msgID = 0;
          let last: SyncMLMessage | undefined;
          for (const one of moves) {
            const message = moveMessage(one, msgID, last, pair);
            msgID = message.hdr.MsgID;
            last = message;
            sayAndCheck(pair, message, one);
          }
          expect(pair.largestSession).toBeLessThan(8192);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('the device never crashes, executes nothing of a server that has not proved itself, and comes to an end', () => {
    fc.assert(
      fc.property(
        encodings,
        schemes,
        schemes,
        fc.array(move, { maxLength: 14 }),
        (encoding, client, server, moves) => {
          const pair = new Pair({ encoding, client, server });
          pair.start();
          let msgID = 0;
          for (const one of moves) {
            msgID += 1;
            const { tokenValid: _, ...change } = { ...one.change, tokenValid: true };
            const message = fromServer(msgID, [headerStatus(msgID), ...one.body], change);
            const reply = pair.hear(message);
            if (reply === undefined) {
              break;
            }
            if (reply.body.some(({ kind }) => kind === 'Status')) {
              expect(statusLines(reply)[0]).toMatch(/^SyncHdr 0 /);
            }
          }
          if (server !== 'none') {
            expect(pair.work.filter(({ kind }) => kind !== 'drop-object')).toEqual([]);
          }
          expect(JSON.stringify(pair.clientSession).length).toBeLessThan(100_000);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('a whole session ends well whatever the sizes', () => {
    fc.assert(
      fc.property(
        encodings,
        schemes,
        schemes,
        fc.integer({ min: 1300, max: 9000 }),
        fc.integer({ min: 1300, max: 9000 }),
        fc.array(fc.constantFrom(...planned), { maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 6 }),
        fc.integer({ min: 0, max: 8000 }),
        (encoding, client, server, theirs, ours, commands, alerts, value) => {
          let answered = 0;
          const pair = new Pair({
            encoding,
            client,
            server,
            limits: { maxMsgSize: theirs, maxObjSize: 100_000 },
            config: { maxMsgSize: ours },
            wire: { atomic: true, sequence: true },
            alerts: alerts.map((length, i) => ({
              key: `alert${i}`,
              code: 1226,
              type: 'org.openmobilealliance.dm.firmwareupdate.update',
              format: 'chr',
              data: '<'.repeat(length / 4) + 'x'.repeat(length),
            })),
            execute: (work) => giving(work, 'ä&'.repeat(value / 2)),
            readBlob: (ref) => IMAGE.subarray(ref.offset, ref.offset + ref.length),
            plan: (events) => {
              answered += events.filter((e) => e.kind === 'status' && /^[goxa]/.test(e.key ?? '')).length;
              return { commands: commands.slice(answered, answered + 1) };
            },
            steps: 2000,
          }).run();
          expect(pair.end).toBe('done');
          expect(answered).toBe(commands.length);
          expect(pair.events.filter(({ kind }) => kind === 'no-answer' || kind === 'object-failed')).toEqual(
            [],
          );
          const got = pair.events.flatMap((e): readonly (string | Uint8Array)[] => {
            if (e.kind === 'results') {
              return e.items.map(({ data }) => data);
            }
            return e.kind === 'chunk' ? [e.bytes] : [];
          });
          const gets = commands.filter(({ kind }) => kind === 'get').length;
          const length = got.reduce((sum: number, one) => sum + Buffer.from(one).length, 0);
          expect(length).toBe(gets * Buffer.byteLength('ä&'.repeat(value / 2)));
          const fitting = alerts.flatMap((size, i) => (size <= 100 ? [`alert${i}`] : []));
          expect(pair.delivered).toEqual(expect.arrayContaining(fitting));
          for (const { from, octets, message } of pair.messages) {
            const limit = from === 'server' ? theirs : message.hdr.MsgID === 1 ? 16_384 : ours;
            expect(octets.length).toBeLessThanOrEqual(limit);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** All is fine; every Get gives the value. */
function giving(work: readonly ClientWork[], value: string): readonly WorkOutcome[] {
  const outcomesOf = (command: Command): readonly CommandOutcome[] => [
    {
      cmdID: command.CmdID,
      cmd: command.kind,
      code: 200,
      ...(command.kind === 'Get'
        ? { results: [{ Source: { LocURI: './DevDetail/FwV' }, Data: value }] }
        : {}),
    },
    ...('commands' in command ? command.commands.flatMap(outcomesOf) : []),
  ];
  return work.flatMap((one): readonly WorkOutcome[] => {
    if (one.kind === 'drop-object') {
      return [];
    }
    const outcomes =
      one.kind === 'command'
        ? outcomesOf(one.command)
        : [{ cmdID: one.cmdID, cmd: one.cmd, code: one.last ? 200 : 213 }];
    return [{ work: one.work, outcomes }];
  });
}

function sayAndCheck(pair: Pair, message: SyncMLMessage, one: Move): void {
  try {
    const { message: answer, octets } = pair.say(message, { tokenValid: one.tokenValid });
    expect(statusLines(answer)[0]).toMatch(/^SyncHdr 0 \d+$/);
    expect(answer.hdr.SessionID).toBe(message.hdr.SessionID);
    const turn = pair.turns.at(-1);
    if (turn === 'challenge' || turn === 'refused' || turn === 'ended') {
      expect(answer.final).toBe(true);
      expect(answer.body.every((c) => c.kind === 'Status' || c.kind === 'Alert')).toBe(true);
    }
    const limit = pair.serverSession?.peer.maxMsgSize;
    if (limit !== undefined && limit >= 2000 && turn !== 'retry') {
      expect(octets.length).toBeLessThanOrEqual(Math.max(limit, 5000));
    }
  } catch (error) {
    if (!(error instanceof PeerError)) {
      throw error;
    }
  }
}
