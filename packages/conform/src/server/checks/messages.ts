import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { alert, results, status, type Unnumbered } from '../../messages.ts';
import { alerts, asked, askedToDo, flat, headerCode, inShort, statuses, statusesOf } from '../../reading.ts';
import { isAccepted } from '../device-session.ts';
import type { ServerPeer } from '../server-peer.ts';

type ServerCheck = Check<ServerPeer>;

const openPackage: ServerCheck = {
  id: 'package-open',
  requirements: ['P-009', 'P-010'],
  title: 'A message without Final is asked for more: Alert 1222, no Final, no other commands',
  run: async (server) => {
    const session = server.session();
    const heard = await session.openUnfinished();
    must(alerts(heard.message, 1222).length === 1, `no Alert 1222: ${inShort(heard.message)}`);
    must(!heard.message.final, 'Final before the package of the client is closed');
    must(askedToDo(heard.message).length === 0, `commands: ${inShort(heard.message)}`);
    const closed = await session.say([session.headerStatus(heard.message)]);
    must(closed.message.final, 'no Final once the package is closed');
    must(alerts(closed.message, 1222).length === 0, 'Alert 1222 once the package is closed');
  },
};

const nextMessage: ServerCheck = {
  id: 'next-message',
  requirements: ['P-014'],
  title: 'Alert 1222 of the client gets a Status and the next message',
  run: async (server) => {
    const session = server.session();
    const heard = await session.openUnfinished();
    const next = await session.say([session.headerStatus(heard.message), alert(1222)]);
    must(statusesOf(next.message, session.msgID, '2')[0]?.Data === 200, inShort(next.message));
  },
};

const abort: ServerCheck = {
  id: 'abort',
  requirements: ['P-015'],
  title: 'Alert 1223 ends the session: Statuses and Final only, and what comes after it is not served',
  run: async (server) => {
    const session = server.session();
    const heard = await session.openWithCommands();
    const end = await session.say([session.headerStatus(heard.message), alert(1223)]);
    must(asked(end.message).length === 0 && end.message.final, inShort(end.message));
    const late = await session.send([session.headerStatus(end.message), alert(1222)], { malformed: true });
    const commands = late.message === undefined ? [] : askedToDo(late.message);
    must(commands.length === 0, 'the session goes on after its abort');
  },
};

const numbers: ServerCheck = {
  id: 'ten-messages',
  requirements: ['P-004', 'P-005'],
  title: 'Over more than ten messages each is answered once, with the right MsgRef',
  run: async (server) => {
    const session = server.session();
    let last = await session.openUnfinished();
    for (let i = 0; i < 11; i += 1) {
      // Without Final: a session with nothing to do would end.
      last = await session.say([session.headerStatus(last.message), alert(1222)], { final: false });
      must(statuses(last.message)[0]?.MsgRef === session.msgID, inShort(last.message));
    }
  },
};

const polite: ServerCheck = {
  id: 'end',
  requirements: ['P-007', 'I-028'],
  title: 'When it has nothing to ask the server ends the session with Statuses and Final',
  run: async (server) => {
    const session = server.session();
    const heard = await session.open();
    const last = (await session.finish(heard)).at(-1) ?? heard;
    must(last.message.final && asked(last.message).length === 0, inShort(last.message));
  },
};

const noStatusOnResults: ServerCheck = {
  id: 'results',
  requirements: ['P-013'],
  title: 'Results that are fine get no Status',
  run: async (server) => {
    const session = server.session();
    const heard = await session.openWithCommands();
    const gets = flat(asked(heard.message)).filter(({ kind }) => kind === 'Get');
    need(gets.length > 0, `the server asks for no value: ${inShort(heard.message)}`);
    const next = await session.say(
      session
        .answers(heard)
        .flatMap((one) => (one.kind === 'Status' && one.Cmd === 'Get' ? answered(one, heard.message) : [one]))
        .filter((one, at, all) => one.kind !== 'Results' || isFirst(one, at, all)),
    );
    const odd = statuses(next.message).find(({ Cmd }) => Cmd === 'Results');
    must(odd === undefined, `Status ${odd?.Data} for Results`);
  },
};

type Said = Unnumbered & { readonly kind: 'Status' };

/** Every Get has a value. */
function answered(one: Said, message: Parameters<typeof asked>[0]): readonly Unnumbered[] {
  const command = flat(asked(message)).find(({ CmdID }) => CmdID === one.CmdRef);
  const uri = command?.kind === 'Get' ? (command.items[0]?.Target?.LocURI ?? '') : '';
  return [{ ...one, Data: 200 }, results(one.MsgRef, one.CmdRef, { Source: { LocURI: uri }, Data: 'x' })];
}

function isFirst(
  one: Unnumbered & { readonly kind: 'Results' },
  at: number,
  all: readonly Unnumbered[],
): boolean {
  return all.findIndex((other) => other.kind === 'Results' && other.CmdRef === one.CmdRef) === at;
}

const spread: ServerCheck = {
  id: 'statuses-spread',
  requirements: ['P-019', 'P-020'],
  title: 'Statuses that come in a later message of the package are taken; those that never come end nothing',
  run: async (server) => {
    const session = server.session();
    const heard = await session.openWithCommands();
    const [header, ...rest] = session.answers(heard);
    need(header !== undefined, 'nothing to answer');
    const waiting = await session.say([header, alert(1222)], { final: false });
    must(alerts(waiting.message, 1222).length === 1, `no Alert 1222: ${inShort(waiting.message)}`);
    const last = await session.say([session.headerStatus(waiting.message), ...rest]);
    must(isAccepted(last), inShort(last.message));
    const silent = server.session();
    const again = await silent.openWithCommands();
    const after = await silent.say([silent.headerStatus(again.message)]);
    must(isAccepted(after), `without Statuses: ${inShort(after.message)}`);
  },
};

const retry: ServerCheck = {
  id: 'retry',
  requirements: ['P-016'],
  title: 'The last message again, octet for octet, gets the same answer, octet for octet',
  run: async (server) => {
    const session = server.session();
    const opened = await session.openWithCommands();
    const { url } = session;
    const heard = await session.say(session.answers(opened));
    const again = await session.post(heard.sent, heard.sentOctets, heard.sentHeaders, {
      url,
      malformed: true,
    });
    must(Buffer.from(again.octets).equals(heard.octets), 'the second answer differs');
  },
};

const retryChanged: ServerCheck = {
  id: 'retry-changed',
  requirements: ['P-016', 'P-025'],
  title: 'The same MsgID with other octets is no repetition: 400 on the SyncHdr, nothing executed',
  run: async (server) => {
    const session = server.session();
    const opened = await session.openWithCommands();
    const { url } = session;
    await session.say(session.answers(opened));
    session.msgID -= 1;
    const again = await session.say([session.headerStatus(opened.message), alert(1222)], {
      url,
      malformed: true,
    });
    must(headerCode(again.message) === 400, `it is answered: ${inShort(again.message)}`);
  },
};

const gap: ServerCheck = {
  id: 'gap',
  requirements: ['P-025'],
  title: 'A MsgID with a gap: 400 on the SyncHdr, Final, nothing executed',
  run: async (server) => {
    const session = server.session();
    const heard = await session.openWithCommands();
    session.msgID += 3;
    const answer = await session.say(session.answers(heard), { malformed: true });
    must(headerCode(answer.message) === 400, inShort(answer.message));
    must(answer.message.final && askedToDo(answer.message).length === 0, inShort(answer.message));
  },
};

const backwards: ServerCheck = {
  id: 'backwards',
  requirements: ['P-025'],
  title: 'A MsgID that goes backwards (and not to 1): the same',
  run: async (server) => {
    const session = server.session();
    const first = await session.openUnfinished();
    const second = await session.say([session.headerStatus(first.message), alert(1222)], { final: false });
    const third = await session.say([session.headerStatus(second.message), alert(1222)], { final: false });
    session.msgID -= 2;
    must(session.msgID >= 1, 'the script is wrong');
    const answer = await session.say([session.headerStatus(third.message), alert(1222)], { malformed: true });
    must(headerCode(answer.message) === 400, inShort(answer.message));
  },
};

const replaced: ServerCheck = {
  id: 'new-session',
  requirements: ['P-017'],
  title: 'A new SessionID takes the place of a session that was left open',
  run: async (server) => {
    const left = server.session();
    const heard = await left.openWithCommands();
    const session = server.session();
    const opened = await session.open();
    must(isAccepted(opened), inShort(opened.message));
    const late = await left.send(left.answers(heard), { malformed: true });
    const code = late.message === undefined ? undefined : headerCode(late.message);
    must(code !== 200 && code !== 212, 'the old session goes on beside the new one');
  },
};

const sameSession: ServerCheck = {
  id: 'session-id-again',
  requirements: ['P-018', 'I-011'],
  title: 'MsgID 1 under the same SessionID opens a new session',
  run: async (server) => {
    const first = server.session();
    await first.finish(await first.open());
    const second = server.session({ id: first.id });
    const heard = await second.open();
    must(heard.message.hdr.MsgID <= 2, `MsgID ${heard.message.hdr.MsgID}`);
  },
};

const strange: ServerCheck = {
  id: 'strange-session',
  requirements: ['P-025', 'P-112'],
  title: 'A message of a session that nobody opened is not served',
  run: async (server) => {
    const session = server.session();
    session.msgID = 6;
    const heard = await session.send([status(6, '0', 'SyncHdr', 200)], { malformed: true, proof: 'none' });
    const accepted = heard.message !== undefined && [200, 212].includes(headerCode(heard.message) ?? 0);
    must(!accepted, 'it is accepted');
  },
};

const versions: ServerCheck = {
  id: 'versions',
  requirements: ['P-117', 'R-022'],
  title: 'An unknown VerDTD is answered 505, an unknown VerProto 513, with what is supported, and Final',
  run: async (server) => {
    for (const [hdr, code] of [
      [{ VerDTD: '9.9' }, 505],
      [{ VerProto: 'DM/9.9' }, 513],
    ] as const) {
      const session = server.session();
      const heard = await session.say(session.packageOne(), { proof: 'none', hdr, malformed: true });
      must(headerCode(heard.message) === code, `${JSON.stringify(hdr)}: ${inShort(heard.message)}`);
      must((statuses(heard.message)[0]?.items.length ?? 0) > 0, 'the supported versions are not named');
      must(heard.message.final && asked(heard.message).length === 0, inShort(heard.message));
    }
  },
};

const forbidden: ServerCheck = {
  id: 'forbidden-commands',
  requirements: ['P-022', 'R-015'],
  title: 'Commands that only a server may send are answered 405, and the rest of the message is done',
  run: async (server) => {
    const session = server.session();
    const item = { Target: { LocURI: './DevInfo/Man' }, Data: 'x' };
    const commands: readonly Unnumbered[] = [
      { kind: 'Get', items: [item] },
      { kind: 'Add', items: [item] },
      { kind: 'Delete', items: [item] },
      { kind: 'Exec', items: [item] },
    ];
    const heard = await session.open([...commands, alert(1222)]);
    for (const [at, { kind }] of commands.entries()) {
      const code = statusesOf(heard.message, session.msgID, String(at + 3))[0]?.Data;
      must(code === 405, `${kind} is answered ${code}`);
    }
    must(statusesOf(heard.message, session.msgID, '7')[0]?.Data === 200, 'the Alert behind them is not done');
  },
};

const respURI: ServerCheck = {
  id: 'resp-uri',
  requirements: ['P-112', 'P-113'],
  title: 'The session goes on at the RespURI, without cookies',
  run: async (server) => {
    const session = server.session();
    const heard = await session.openUnfinished();
    need(heard.message.hdr.RespURI !== undefined, 'the server gives no RespURI');
    const next = await session.say([session.headerStatus(heard.message), alert(1222)], { final: false });
    must(isAccepted(next), inShort(next.message));
  },
};

const stolen: ServerCheck = {
  id: 'stolen-session',
  requirements: ['P-112', 'P-017'],
  title:
    'A later message from elsewhere, without the RespURI and without credentials, is refused and ends nothing',
  run: async (server) => {
    const session = server.session();
    const heard = await session.openWithCommands();
    need(session.url !== server.target.url, 'the server gives no RespURI: sessions cannot be told apart');
    const thief = server.session({ id: session.id });
    for (const url of [server.target.url, madeUp(session.url)]) {
      thief.msgID = session.msgID;
      const answer = await thief.send(session.answers(heard), { proof: 'none', url, malformed: true });
      const code = answer.message === undefined ? answer.status : headerCode(answer.message);
      must(code !== 200 && code !== 212, `the thief is answered ${code}`);
    }
    const own = await session.say(session.answers(heard));
    must(isAccepted(own), `the owner is answered: ${inShort(own.message)}`);
  },
};

/** The same address with another token, be it in the query or in the path. */
function madeUp(url: string): string {
  const other = (token: string): string => 'A'.repeat(token.length);
  return url.includes('=')
    ? url.replace(/=([^&#]+)/g, (_, value: string) => `=${other(value)}`)
    : url.replace(/[^/?]+$/, other);
}

export const MESSAGES: CheckGroup<ServerPeer> = {
  id: 'messages',
  title: 'Packages, messages and sessions',
  checks: [
    openPackage,
    nextMessage,
    abort,
    numbers,
    polite,
    noStatusOnResults,
    spread,
    retry,
    retryChanged,
    gap,
    backwards,
    replaced,
    sameSession,
    strange,
    versions,
    forbidden,
    respURI,
    stolen,
  ],
};
