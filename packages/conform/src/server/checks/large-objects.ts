import type { Item } from '@fumarole/syncml';
import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { results, status, type Unnumbered } from '../../messages.ts';
import { alerts, asked, flat, headerCode, inShort, statuses } from '../../reading.ts';
import type { DeviceSession, Heard } from '../device-session.ts';
import type { ServerPeer } from '../server-peer.ts';

/** A Get that the server made, and how to answer it in pieces. */
interface Question {
  readonly session: DeviceSession;
  readonly heard: Heard;
  readonly uri: string;
  /** Statuses for everything; the Get has 200, and its Results are the given piece. */
  answer(piece: Item): readonly Unnumbered[];
  /** A later piece. */
  piece(item: Item): Unnumbered;
}

async function question(server: ServerPeer): Promise<Question> {
  const session = server.session();
  const heard = await session.openWithCommands();
  const command = flat(asked(heard.message)).find(({ kind }) => kind === 'Get');
  need(command?.kind === 'Get', `the server asks for no value: ${inShort(heard.message)}`);
  const uri = command.items[0]?.Target?.LocURI ?? '';
  const msgRef = heard.message.hdr.MsgID;
  const piece = (item: Item): Unnumbered =>
    results(msgRef, command.CmdID, { Source: { LocURI: uri }, ...item });
  return {
    session,
    heard,
    uri,
    piece,
    answer: (item) => {
      const others = session
        .answers(heard)
        .filter((one) => one.kind !== 'Results' && !(one.kind === 'Status' && one.CmdRef === command.CmdID));
      return [...others, status(msgRef, command.CmdID, 'Get', 200), piece(item)];
    },
  };
}

/** Status that the Results of the last message got. */
function codeOf({ message }: Heard): number | undefined {
  return statuses(message).find(({ Cmd }) => Cmd === 'Results')?.Data;
}

const VALUE = 'The quick brown fox jumps over the lazy dog. '.repeat(40);
const THIRD: number = Math.floor(VALUE.length / 3);

const up: Check<ServerPeer> = {
  id: 'large-results',
  requirements: ['P-066', 'P-061'],
  title: 'Results in three pieces: 213 with Cmd Results, Alert 1222 and no Final for each but the last',
  run: async (server) => {
    const { session, answer, piece } = await question(server);
    const pieces = [VALUE.slice(0, THIRD), VALUE.slice(THIRD, 2 * THIRD)];
    const first = { Meta: { Size: VALUE.length }, Data: pieces[0] ?? '', MoreData: true };
    let heard = await session.say(answer(first), { final: false });
    must(codeOf(heard) === 213, `the first piece is answered: ${inShort(heard.message)}`);
    must(alerts(heard.message, 1222).length === 1 && !heard.message.final, inShort(heard.message));
    heard = await session.say(
      [session.headerStatus(heard.message), piece({ Data: pieces[1] ?? '', MoreData: true })],
      { final: false },
    );
    must(codeOf(heard) === 213, `the second piece is answered: ${inShort(heard.message)}`);
    heard = await session.say([session.headerStatus(heard.message), piece({ Data: VALUE.slice(2 * THIRD) })]);
    const code = codeOf(heard);
    must(code === undefined || code === 200, `the last piece is answered: ${inShort(heard.message)}`);
    must(heard.message.final, 'no Final after the last piece');
  },
};

/** The first piece is refused with one of these. */
function refused(
  id: string,
  requirements: readonly string[],
  title: string,
  first: (server: ServerPeer, heard: Heard) => Item,
  allowed: readonly number[],
): Check<ServerPeer> {
  return {
    id,
    requirements,
    title,
    run: async (server) => {
      const { session, heard, answer } = await question(server);
      const next = await session.say(answer(first(server, heard)), { final: false });
      const code = codeOf(next);
      must(code !== undefined && allowed.includes(code), `it is answered: ${inShort(next.message)}`);
    },
  };
}

const mismatch: Check<ServerPeer> = {
  id: 'large-mismatch',
  requirements: ['P-062', 'P-066'],
  title: 'Pieces that are less than the Size announced: 424',
  run: async (server) => {
    const { session, answer, piece } = await question(server);
    const first = { Meta: { Size: VALUE.length }, Data: VALUE.slice(0, THIRD), MoreData: true };
    const heard = await session.say(answer(first), { final: false });
    must(codeOf(heard) === 213, `the first piece is answered: ${inShort(heard.message)}`);
    const last = await session.say([session.headerStatus(heard.message), piece({ Data: 'too short' })]);
    must(codeOf(last) === 424, `the last piece is answered: ${inShort(last.message)}`);
  },
};

const interrupted: Check<ServerPeer> = {
  id: 'large-interrupted',
  requirements: ['P-063', 'P-070'],
  title: 'Another command before the last piece: Alert 1225, and the command is done',
  run: async (server) => {
    const { session, answer } = await question(server);
    const first = { Meta: { Size: VALUE.length }, Data: VALUE.slice(0, THIRD), MoreData: true };
    const heard = await session.say(answer(first), { final: false });
    must(codeOf(heard) === 213, `the first piece is answered: ${inShort(heard.message)}`);
    const info = session.packageOne().filter(({ kind }) => kind === 'Replace');
    const next = await session.say([session.headerStatus(heard.message), ...info]);
    must(alerts(next.message, 1225).length === 1, `no Alert 1225: ${inShort(next.message)}`);
    must(
      statuses(next.message).some(({ Cmd, Data }) => Cmd === 'Replace' && Data === 200),
      inShort(next.message),
    );
  },
};

const small: Check<ServerPeer> = {
  id: 'small-messages',
  requirements: ['P-068', 'I-016'],
  title: 'A device that takes only small messages gets no larger one, through a whole session',
  run: async (server) => {
    await server.target.provoke?.();
    for (const maxMsgSize of [2048, 4000]) {
      const session = server.session();
      session.maxMsgSize = maxMsgSize;
      const heard = await session.open();
      const all = [heard, ...(await session.finish(heard))];
      const largest = Math.max(...all.map(({ octets }) => octets.length));
      must(largest <= maxMsgSize, `${largest} octets for a MaxMsgSize of ${maxMsgSize}`);
    }
  },
};

const changed: Check<ServerPeer> = {
  id: 'small-messages-later',
  requirements: ['P-068'],
  title: 'A MaxMsgSize that gets smaller in the session is kept from then on',
  run: async (server) => {
    const session = server.session();
    const heard = await session.openWithCommands();
    session.maxMsgSize = 1500;
    const next = await session.say(session.answers(heard));
    must(next.octets.length <= 1500, `${next.octets.length} octets for a MaxMsgSize of 1500`);
  },
};

const afterAbort: Check<ServerPeer> = {
  id: 'large-forgotten',
  requirements: ['P-021', 'P-070'],
  title: 'A device that vanishes in the middle of a large value is served as before when it comes again',
  run: async (server) => {
    const { session, answer } = await question(server);
    await session.say(answer({ Meta: { Size: VALUE.length }, Data: VALUE.slice(0, THIRD), MoreData: true }), {
      final: false,
    });
    const again = server.session();
    const heard = await again.open();
    must(
      alerts(heard.message, 1225).length === 0 && headerCode(heard.message) !== 400,
      inShort(heard.message),
    );
  },
};

export const LARGE_OBJECTS: CheckGroup<ServerPeer> = {
  id: 'large-objects',
  title: 'Large values and small messages',
  checks: [
    up,
    refused(
      'large-no-size',
      ['P-064', 'P-066'],
      'A first piece without Size: 411 (or 412)',
      () => ({ Data: VALUE.slice(0, THIRD), MoreData: true }),
      [411, 412],
    ),
    refused(
      'large-too-large',
      ['P-064'],
      'A Size above the MaxObjSize that the server announced: 413 (or 416)',
      (_, { message }) => {
        const limit = message.hdr.Meta?.MaxObjSize;
        need(limit !== undefined, 'the server announces no MaxObjSize');
        return { Meta: { Size: limit + 1 }, Data: VALUE.slice(0, THIRD), MoreData: true };
      },
      [413, 416],
    ),
    refused(
      'large-overrun',
      ['P-062'],
      'A piece that reaches the Size announced and says that more follows: 424',
      () => ({ Meta: { Size: 10 }, Data: VALUE.slice(0, THIRD), MoreData: true }),
      [424],
    ),
    mismatch,
    interrupted,
    afterAbort,
    small,
    changed,
  ],
};
