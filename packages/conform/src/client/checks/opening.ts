import type { Replace, SyncMLMessage } from '@fumarole/syncml';
import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { get } from '../../messages.ts';
import { alerts, challengeOf, inShort, textOf } from '../../reading.ts';
import type { ClientPeer } from '../client-peer.ts';
import type { ServerScript } from '../server-script.ts';

type ClientCheck = Check<ClientPeer>;

const GET_MAN = get('./DevInfo/Man');
const DEV_INFO = ['DevId', 'Man', 'Mod', 'DmV', 'Lang'] as const;

/** The values of DevInfo in package 1. */
function devInfoOf(message: SyncMLMessage): ReadonlyMap<string, string> {
  const replaces = message.body.filter((command): command is Replace => command.kind === 'Replace');
  return new Map(
    replaces.flatMap(({ items }) =>
      items.map(({ Source, Data }) => [(Source?.LocURI ?? '').replace(/^\.\//, ''), textOf(Data)] as const),
    ),
  );
}

function packageOneFault(message: SyncMLMessage): string | undefined {
  const info = devInfoOf(message);
  const missing = DEV_INFO.filter((leaf) => (info.get(`DevInfo/${leaf}`) ?? '') === '');
  if (missing.length > 0) return `DevInfo without ${missing.join(', ')}`;
  const triggers = [...alerts(message, 1200), ...alerts(message, 1201)];
  return triggers.length === 1 ? undefined : `${triggers.length} Alerts 1200 or 1201: ${inShort(message)}`;
}

const packageOne: ClientCheck = {
  id: 'package-one',
  requirements: ['S-001', 'F-007', 'F-022'],
  title:
    'Package 1 has one Alert 1200 or 1201 and a Replace of DevInfo with DevId, Man, Mod, DmV and Lang, each by its Source',
  run: async (client) => {
    const session = await client.session();
    const fault = packageOneFault(session.message);
    must(fault === undefined, fault ?? '');
    must(session.message.final, 'no Final');
    session.end();
  },
};

const challenged: ClientCheck = {
  id: 'challenge-missing',
  requirements: ['P-085', 'P-080', 'P-098'],
  title: 'Challenged with 407 it sends package 1 again, whole, with right credentials',
  run: async (client) => {
    const session = await client.session();
    const again = await session.say([], { code: 407, chal: session.challenge(), proof: 'none' });
    const fault = packageOneFault(again);
    must(fault === undefined, `package 1 does not come again: ${fault}`);
    must(session.proves(), 'the credentials after the challenge are not right');
    session.end();
  },
};

const headerOnly: ClientCheck = {
  id: 'challenge-header-only',
  requirements: ['I-040', 'P-085'],
  title: 'The same when 401 answers the SyncHdr alone and its commands get no Status',
  run: async (client) => {
    const session = await client.session();
    const again = await session.say([], {
      code: 401,
      chal: session.challenge(),
      statuses: 'header',
      proof: 'none',
      malformed: true,
    });
    const fault = packageOneFault(again);
    must(fault === undefined, `package 1 does not come again: ${fault}`);
    must(session.proves(), 'the credentials after the challenge are not right');
    session.end();
  },
};

const twice: ClientCheck = {
  id: 'challenge-twice',
  requirements: ['P-082', 'P-085'],
  title: 'Challenged again with a fresh nonce it answers with that one',
  run: async (client) => {
    const session = await client.session();
    await session.say([], { code: 407, chal: session.challenge(), proof: 'none' });
    need(client.target.scheme !== 'basic', 'auth-basic has no nonce');
    await session.say([], { code: 401, chal: session.challenge(), proof: 'none' });
    must(session.proves(), 'the credentials do not use the second nonce');
    session.end();
  },
};

const elsewhere: ClientCheck = {
  id: 'challenge-resp-uri',
  requirements: ['P-085', 'P-112'],
  title: 'The repeated package 1 goes to the RespURI of the challenge',
  run: async (client) => {
    const session = await client.session();
    const RespURI = `${client.url}?place=challenge`;
    await session.say([], { code: 407, chal: session.challenge(), proof: 'none', hdr: { RespURI } });
    must(session.url.includes('place=challenge'), `it goes to ${session.url}`);
    session.end();
  },
};

const nextSession: ClientCheck = {
  id: 'nonce-next-session',
  requirements: ['P-084', 'S-024'],
  title: 'The NextNonce of the acceptance makes the credentials of the next session',
  run: async (client) => {
    const { scheme } = client.target;
    need(scheme !== 'basic', 'auth-basic has no nonce');
    // A client keeps the nonce of a server only once that server has proved itself.
    const first = await (await client.session()).login();
    await first.ask([GET_MAN]);
    first.end();
    await client.settle();
    const next = await client.session();
    const given = scheme === 'mac' ? next.headers['x-syncml-hmac'] : next.message.hdr.Cred;
    need(given !== undefined, 'the client waits for a challenge in each session');
    must(next.proves(), 'the credentials do not use the nonce that was handed over');
    next.end();
  },
};

const eachMessage: ClientCheck = {
  id: 'accepted-with-200',
  requirements: ['I-041', 'P-084', 'P-087'],
  title: 'After 200, instead of 212, every message carries credentials over the new nonce',
  run: async (client) => {
    const session = await (await client.session()).login();
    const { scheme } = client.target;
    const chal = scheme === 'basic' ? {} : { chal: session.challenge() };
    await session.ask([GET_MAN], {
      code: 200,
      ...chal,
    });
    must(session.proves(), 'the next message has no credentials, or wrong ones');
    session.end();
  },
};

const noMore: ClientCheck = {
  id: 'accepted-with-212',
  requirements: ['I-041', 'P-099'],
  title: 'After 212 later messages carry no credentials',
  run: async (client) => {
    need(client.target.scheme !== 'mac', 'auth-MAC is for every message');
    const session = await (await client.session()).login();
    await session.ask([GET_MAN], { code: 212 });
    must(session.message.hdr.Cred === undefined, 'the next message carries a Cred');
    session.end();
  },
};

function ends(
  id: string,
  requirements: readonly string[],
  title: string,
  how: (session: ServerScript) => Parameters<ServerScript['endInSilence']>[1],
): ClientCheck {
  return {
    id,
    requirements,
    title,
    run: async (client) => {
      const session = await client.session();
      await session.endInSilence([], { proof: 'none', malformed: true, ...how(session) });
    },
  };
}

/** Nothing of an unauthenticated server is done: every command has the code, with a challenge. */
function stranger(id: string, code: number, proof: 'none' | 'wrong', title: string): ClientCheck {
  return {
    id,
    requirements: ['P-089', 'P-090'],
    title,
    run: async (client) => {
      need(client.target.server !== undefined, 'the server has no credentials: nothing to prove');
      const session = await (await client.session()).login();
      const answer = await session.say([GET_MAN], { proof });
      const codes = answer.body.flatMap((one) => (one.kind === 'Status' ? [one.Data] : []));
      must(codes.length === 2 && codes.every((one) => one === code), inShort(answer));
      must(
        answer.body.every(({ kind }) => kind !== 'Results'),
        'Results for a stranger',
      );
      must(challengeOf(answer) !== undefined, 'no challenge');
      session.end({ proof: 'none' });
    },
  };
}

const proven: ClientCheck = {
  id: 'server-proves-itself',
  requirements: ['P-089', 'P-096'],
  title:
    'A server that answers the challenge is served: 212 (200 under auth-MAC) and a nonce for its next session',
  run: async (client) => {
    need(client.target.server !== undefined, 'the server has no credentials: nothing to prove');
    const session = await (await client.session()).login();
    const denied = await session.say([GET_MAN], { proof: 'none' });
    need(challengeOf(denied) !== undefined, 'the client gives no challenge');
    const answers = await session.ask([GET_MAN]);
    must(answers.code() === 200, `the Get is answered ${answers.code()}`);
    const code = session.message.body.find((one) => one.kind === 'Status')?.Data;
    must(code === (client.target.scheme === 'mac' ? 200 : 212), `the SyncHdr is answered ${String(code)}`);
    session.end();
  },
};

const known: ClientCheck = {
  id: 'server-nonce-next-session',
  requirements: ['P-089', 'P-084'],
  title: 'The nonce that the client handed over lets the server in at once in the next session',
  run: async (client) => {
    need(client.target.server !== undefined && client.target.scheme !== 'basic', 'no nonce of the server');
    const first = await (await client.session()).login();
    await first.ask([GET_MAN]);
    first.end();
    await client.settle();
    const second = await (await client.session()).login();
    const answer = await second.say([GET_MAN]);
    must(
      challengeOf(answer)?.NextNonce === undefined || second.accepted || client.target.scheme === 'mac',
      inShort(answer),
    );
    must(
      answer.body.some(({ kind }) => kind === 'Results'),
      `the Get is not answered: ${inShort(answer)}`,
    );
    second.end();
  },
};

export const OPENING: CheckGroup<ClientPeer> = {
  id: 'opening',
  title: 'Package 1 and authentication',
  checks: [
    packageOne,
    challenged,
    headerOnly,
    twice,
    elsewhere,
    nextSession,
    noMore,
    eachMessage,
    ends(
      'challenge-unknown-type',
      ['P-086'],
      'A challenge of a type that nobody knows ends the session',
      (session) => ({
        code: 401,
        chal: { ...session.challenge(), Type: 'syncml:auth-conform' },
      }),
    ),
    ends('refused-for-good', ['P-083', 'P-086'], '401 without a challenge ends the session', () => ({
      code: 401,
    })),
    stranger(
      'server-without-proof',
      407,
      'none',
      'A server that does not prove itself gets 407 and a challenge, and nothing is done',
    ),
    stranger(
      'server-with-wrong-proof',
      401,
      'wrong',
      'A server with wrong credentials gets 401 and a challenge, and nothing is done',
    ),
    proven,
    known,
  ],
};
