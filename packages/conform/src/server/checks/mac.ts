import { createHash, createHmac } from 'node:crypto';
import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { macValue } from '../../credentials.ts';
import { alert } from '../../messages.ts';
import { headerCode, inShort } from '../../reading.ts';
import { type DeviceSession, type Heard, isAccepted, type Saying } from '../device-session.ts';
import type { ServerPeer } from '../server-peer.ts';

/** A session under auth-MAC whose package is not closed yet. */
async function underMac(
  server: ServerPeer,
): Promise<{ readonly session: DeviceSession; readonly heard: Heard }> {
  const session = server.session();
  const heard = await session.openUnfinished();
  need(session.scheme === 'mac', 'the server does not ask for auth-MAC');
  return { session, heard };
}

const next = (session: DeviceSession, heard: Heard) => [session.headerStatus(heard.message), alert(1222)];

const each: Check<ServerPeer> = {
  id: 'mac-each',
  requirements: ['P-087'],
  title: 'Each message is answered 200 with a new nonce, which the next one uses',
  run: async (server) => {
    const { session, heard } = await underMac(server);
    must(headerCode(heard.message) === 200, `SyncHdr ${headerCode(heard.message)}, not 200`);
    let last = heard;
    for (let i = 0; i < 3; i += 1) {
      const before = Buffer.from(session.nonce);
      last = await session.say(next(session, last), { proof: 'right', final: false });
      must(isAccepted(last), inShort(last.message));
      must(!before.equals(session.nonce), 'no new nonce');
    }
  },
};

interface Scene {
  readonly server: ServerPeer;
  readonly session: DeviceSession;
  /** A nonce of an earlier session. */
  readonly old: Uint8Array;
}

function refusal(
  id: string,
  requirements: readonly string[],
  title: string,
  how: (scene: Scene) => Saying,
): Check<ServerPeer> {
  return {
    id,
    requirements,
    title,
    run: async (server) => {
      const first = server.session();
      await first.open();
      const old = first.nonce;
      const { session, heard } = await underMac(server);
      const answer = await session.say(next(session, heard), how({ server, session, old }));
      must(headerCode(answer.message) === 401, `it is answered: ${inShort(answer.message)}`);
    },
  };
}

/** The alert asks for the end instead of for more. */
function altered(octets: Uint8Array): Uint8Array {
  const text = Buffer.from(octets);
  text.write('1223', text.lastIndexOf('1222'), 'ascii');
  return text;
}

/** What the name of auth-MAC suggests and what it is not: key A, data nonce ":" B64(H(body)). */
function byRfc2104({ server, session }: Scene): Saying {
  const { name, secret } = server.target.account;
  const key = createHash('md5').update(`${name}:${secret}`).digest('base64');
  return {
    sign: (octets) => {
      const body = createHash('md5').update(octets).digest('base64');
      const mac = createHmac('md5', key).update(session.nonce).update(`:${body}`).digest('base64');
      return `algorithm=MD5, username="${name}", mac=${mac}`;
    },
  };
}

const forms: Check<ServerPeer> = {
  id: 'mac-header-forms',
  requirements: ['P-088'],
  title: 'The header is read in any order, with and without algorithm, quotes and spaces',
  run: async (server) => {
    for (const form of FORMS) {
      const { session, heard } = await underMac(server);
      const { account } = server.target;
      const sign = (octets: Uint8Array): string =>
        form(account.name, macValue(account, session.nonce, octets));
      const answer = await session.say(next(session, heard), { sign });
      must(isAccepted(answer), `${form('NAME', 'MAC')} is answered: ${inShort(answer.message)}`);
    }
  },
};

const FORMS: readonly ((name: string, mac: string) => string)[] = [
  (name, mac) => `mac=${mac}, username="${name}"`,
  (name, mac) => `algorithm=MD5,username="${name}",mac=${mac}`,
  (name, mac) => `Algorithm=MD5 , Username = ${name} , MAC="${mac}"`,
];

export const MAC: CheckGroup<ServerPeer> = {
  id: 'mac',
  title: 'auth-MAC on every message',
  checks: [
    each,
    refusal('mac-missing', ['P-087'], 'A later message without the header: 401, nothing executed', () => ({
      proof: 'none',
    })),
    refusal('mac-altered', ['P-087'], 'One altered octet of the body: 401, nothing executed', () => ({
      proof: 'right',
      afterSigning: altered,
    })),
    refusal('mac-used-nonce', ['P-087'], 'A used nonce: 401, nothing executed', ({ session, old }) => {
      session.nonce = old;
      return { proof: 'right' };
    }),
    refusal('mac-rfc2104', ['P-080'], 'A header made by RFC 2104, which auth-MAC is not: 401', byRfc2104),
    forms,
  ],
};
