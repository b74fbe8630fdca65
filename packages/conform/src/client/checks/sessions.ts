import { setTimeout as pause } from 'node:timers/promises';
import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { alert, get, type Unnumbered } from '../../messages.ts';
import { alerts, inShort, statuses } from '../../reading.ts';
import type { ClientPeer } from '../client-peer.ts';
import type { ServerScript, Telling } from '../server-script.ts';

type ClientCheck = Check<ClientPeer>;

const GET_MAN = get('./DevInfo/Man');

/** A session in which both sides are known to each other and one Get was answered. */
export async function known(client: ClientPeer): Promise<ServerScript> {
  const session = await (await client.session()).login();
  const answers = await session.ask([GET_MAN]);
  need(answers.code() === 200, `./DevInfo/Man is answered ${answers.code()}`);
  return session;
}

function check(
  id: string,
  requirements: readonly string[],
  title: string,
  run: (session: ServerScript, client: ClientPeer) => Promise<void>,
): ClientCheck {
  return { id, requirements, title, run: async (client) => run(await known(client), client) };
}

/** A message of somebody else, or of another version: nothing is done and nothing is said. */
function foreign(id: string, title: string, hdr: NonNullable<Telling['hdr']>): ClientCheck {
  return check(id, ['P-023'], title, async (session) => {
    await session.endInSilence([GET_MAN], { hdr, malformed: true });
  });
}

const ended = check(
  'end',
  ['P-007', 'P-008'],
  'A message without commands ends the session: the client says nothing more',
  async (session) => {
    await session.endInSilence();
  },
);

const endedAtOnce: ClientCheck = {
  id: 'end-at-once',
  requirements: ['P-007', 'P-008', 'F-121'],
  title: 'A server that has nothing to do ends the session with its first message',
  run: async (client) => {
    const session = await (await client.session()).login();
    await session.endInSilence();
  },
};

const aborted = check(
  'abort',
  ['P-015'],
  'Alert 1223 is not answered, and commands beside it are not done',
  async (session) => {
    await session.endInSilence([GET_MAN, alert(1223)]);
  },
);

const respURI = check(
  'resp-uri',
  ['P-112', 'I-047'],
  'The next message goes to the RespURI, and the one after it too',
  async (session, client) => {
    await session.say([GET_MAN], { hdr: { RespURI: `${client.url}?place=elsewhere` } });
    must(session.url.includes('place=elsewhere'), `it goes to ${session.url}`);
    await session.say([GET_MAN]);
    must(session.url.includes('place=elsewhere'), `the one after it goes to ${session.url}`);
    session.end();
  },
);

const moreWanted = check(
  'next-message',
  ['I-044', 'P-012'],
  'A message without Final and without commands is asked for more with Alert 1222, a bounded number of times',
  async (session) => {
    for (let times = 0; times < 40; times += 1) {
      const answer = await session.tell([], { final: false }, session.peer.target.quietMs);
      if (answer === undefined) {
        must(times > 0, 'the client asks for nothing');
        return;
      }
      must(alerts(answer, 1222).length === 1, `no Alert 1222: ${inShort(answer)}`);
      must(!answer.final, 'Final although our package is open');
    }
    must(false, 'forty messages without anything are all asked on');
  },
);

const openCommands = check(
  'commands-without-final',
  ['P-012', 'P-014'],
  'Commands without Final are answered without Final, with Alert 1222',
  async (session) => {
    const answer = await session.say([GET_MAN], { final: false });
    must(!answer.final, 'Final although our package is open');
    must(alerts(answer, 1222).length === 1, `no Alert 1222: ${inShort(answer)}`);
    const last = await session.say([GET_MAN]);
    must(last.final, 'no Final once our package is closed');
    session.end();
  },
);

const nextOfServer = check(
  'next-message-of-server',
  ['P-014'],
  'Alert 1222 of the server gets a Status',
  async (session) => {
    const answer = await session.say([GET_MAN, alert(1222)]);
    const given = statuses(answer).find(({ Cmd }) => Cmd === 'Alert');
    must(given?.Data === 200, inShort(answer));
    session.end();
  },
);

const unknownAlert = check(
  'alert-unknown',
  ['P-043', 'R-025'],
  'Alert codes that nobody knows, or that only a client sends, are answered 406; the rest is done',
  async (session) => {
    const answers = await session.ask([alert(1299), alert(1201), GET_MAN]);
    must(answers.code(0) === 406, `1299 is answered ${answers.code(0)}`);
    must(answers.code(1) === 406, `1201 is answered ${answers.code(1)}`);
    must(answers.code(2) === 200, `the Get is answered ${answers.code(2)}`);
    session.end();
  },
);

const echo = check(
  'echoed-msgid',
  ['I-042'],
  'A server that counts its messages like the client is served',
  async (session) => {
    const answer = await session.say([GET_MAN], {
      hdr: { MsgID: session.message.hdr.MsgID + 7 },
      malformed: true,
    });
    must(
      answer.body.some(({ kind }) => kind === 'Results'),
      inShort(answer),
    );
    session.end();
  },
);

const noStatuses: ClientCheck = {
  id: 'server-without-statuses',
  requirements: ['I-043'],
  title: 'A server that gives no Status for the alert and DevInfo is served',
  run: async (client) => {
    const session = await (await client.session()).login();
    await session.ask([GET_MAN], { statuses: 'header' });
    session.end();
  },
};

const lost: ClientCheck = {
  id: 'no-answer',
  requirements: ['P-024', 'P-016'],
  title: 'A message that gets no answer comes again, octet for octet',
  run: async (client) => {
    const session = await known(client);
    const { octets } = session;
    session.drop();
    const again = await client.next(client.target.timeoutMs);
    must(again !== undefined, 'it does not come again');
    must(Buffer.from(again.posted.octets).equals(octets), 'other octets come');
    again.posted.drop();
    const third = await client.next(client.target.quietMs);
    if (third !== undefined) client.putBack(third);
  },
};

const busy: ClientCheck = {
  id: 'busy-http',
  requirements: ['P-114'],
  title: 'HTTP 503 with Retry-After: it does not come again before the time, and is served when it does',
  run: async (client) => {
    const session = await client.session();
    session.refuse(503, { 'retry-after': '1' });
    const early = await client.next(700);
    must(early === undefined, 'it comes again at once');
    await client.settle();
    await pause(500);
    await (await (await client.session()).login()).endInSilence();
  },
};

const busySyncML: ClientCheck = {
  id: 'busy-status',
  requirements: ['P-114'],
  title: 'Status 417 on the SyncHdr ends the session; the client is served when it comes again',
  run: async (client) => {
    const session = await client.session();
    await session.endInSilence([], { code: 417, statuses: 'header', proof: 'none', malformed: true });
    await client.settle();
    await (await (await client.session()).login()).endInSilence();
  },
};

const redirect: ClientCheck = {
  id: 'redirect',
  requirements: ['P-116'],
  title: 'HTTP 307 is followed: the same message comes to the new address',
  run: async (client) => {
    const session = await client.session();
    const { octets } = session;
    session.refuse(307, { location: `${client.url}?moved=1` });
    const again = await client.next(client.target.timeoutMs);
    must(again !== undefined, 'it is not followed');
    must(again.posted.url.includes('moved=1'), `it comes to ${again.posted.url}`);
    must(Buffer.from(again.posted.octets).equals(octets), 'other octets come');
    client.putBack(again);
  },
};

function damaged(
  id: string,
  requirements: readonly string[],
  title: string,
  wire: (octets: Uint8Array, encoding: string) => Uint8Array,
): ClientCheck {
  return {
    id,
    requirements,
    title,
    run: async (client) => {
      const session = await known(client);
      const { encoding } = client;
      await session.endInSilence([GET_MAN], { malformed: true, wire: (octets) => wire(octets, encoding) });
      await client.settle();
      (await known(client)).end();
    },
  };
}

const unknownCommand = check(
  'unknown-commands',
  ['R-016', 'I-045'],
  'What a client does not know is answered all the same: 406 for data synchronisation',
  async (session) => {
    const search: Unnumbered = { kind: 'Get', items: [{ Target: { LocURI: './DevInfo/Mod' } }] };
    const wire = (octets: Uint8Array): Uint8Array =>
      session.peer.encoding === 'xml'
        ? Buffer.from(
            Buffer.from(octets)
              .toString('utf8')
              .replace(/<Get>((?:(?!<Get>).)*)<\/Get>(?!.*<Get>)/s, '<Search>$1</Search>'),
          )
        : retag(octets, 0x53, 0x63);
    const answer = await session.say([GET_MAN, search], { wire, malformed: true });
    const codes = statuses(answer).map(({ Cmd, Data }) => `${Cmd} ${Data}`);
    must(codes.includes('Get 200'), `the command beside it is not done: ${codes.join(', ')}`);
    must(
      codes.some((one) => /^Search (406|405|501|500|400)$/.test(one)),
      `Search is not answered: ${codes.join(', ')}`,
    );
    session.end();
  },
);

/** The last such tag (with content) of a WBXML document becomes another. */
function retag(octets: Uint8Array, from: number, to: number): Uint8Array {
  const changed = Buffer.from(octets);
  changed[changed.lastIndexOf(Buffer.from([from, 0x4b]))] = to;
  return changed;
}

export const SESSIONS: CheckGroup<ClientPeer> = {
  id: 'sessions',
  title: 'Messages and sessions',
  checks: [
    endedAtOnce,
    ended,
    aborted,
    respURI,
    moreWanted,
    openCommands,
    nextOfServer,
    unknownAlert,
    unknownCommand,
    echo,
    noStatuses,
    foreign('foreign-session', 'A message of another SessionID: nothing is done, nothing is said', {
      SessionID: 'FFFF0',
    }),
    foreign('foreign-verdtd', 'A message of another VerDTD: the same', { VerDTD: '9.9' }),
    foreign('foreign-verproto', 'A message of another VerProto: the same', { VerProto: 'DM/9.9' }),
    damaged(
      'truncated',
      ['P-023', 'R-042', 'P-021'],
      'A message cut off in the middle: nothing is done, and the next session works',
      (octets) => octets.subarray(0, octets.length >> 1),
    ),
    damaged('garbage', ['P-023', 'P-021'], 'Octets that are no message: the same', () =>
      Buffer.from('no SyncML at all'),
    ),
    damaged('deep', ['R-043', 'P-021'], 'Elements nested 20 000 deep: the same', (octets, encoding) =>
      encoding === 'xml'
        ? Buffer.from(
            Buffer.from(octets)
              .toString('utf8')
              .replace('<SyncBody>', `<SyncBody>${'<X>'.repeat(20_000)}${'</X>'.repeat(20_000)}`),
          )
        : Buffer.concat([octets.subarray(0, 5), Buffer.alloc(20_000, 0x6d), Buffer.alloc(20_000, 0x01)]),
    ),
    lost,
    busy,
    busySyncML,
    redirect,
  ],
};
