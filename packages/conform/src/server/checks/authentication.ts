import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { basicData, md5Data, nonceOctets, SCHEME_TYPES } from '../../credentials.ts';
import { alert } from '../../messages.ts';
import { asked, challengeOf, headerCode, inShort, statuses } from '../../reading.ts';
import { type DeviceSession, type Heard, isAccepted } from '../device-session.ts';
import type { ServerPeer } from '../server-peer.ts';

type ServerCheck = Check<ServerPeer>;

/** A session that was challenged, with what the challenge was. */
async function challenged(
  server: ServerPeer,
): Promise<{ readonly session: DeviceSession; readonly heard: Heard }> {
  const session = server.session();
  const heard = await session.say(session.packageOne(), { proof: 'none' });
  need(!isAccepted(heard), 'the server asks this device for no credentials');
  need(
    challengeOf(heard.message) !== undefined && session.scheme !== undefined,
    'the server gives no challenge',
  );
  return { session, heard };
}

/** The same over a nonce. */
async function challengedWithNonce(server: ServerPeer): Promise<DeviceSession> {
  const { session } = await challenged(server);
  need(session.scheme !== 'basic', 'auth-basic has no nonce');
  return session;
}

const missing: ServerCheck = {
  id: 'auth-missing',
  requirements: ['P-081', 'I-006'],
  title: 'Without credentials: 407 with a challenge, 407 for every command, no commands, Final',
  run: async (server) => {
    const { heard } = await challenged(server);
    must(headerCode(heard.message) === 407, `SyncHdr ${headerCode(heard.message)} for missing credentials`);
    const codes = statuses(heard.message).map(({ Data }) => Data);
    must(codes.length === 3 && codes.every((code) => code === 407), inShort(heard.message));
    must(asked(heard.message).length === 0 && heard.message.final, inShort(heard.message));
  },
};

const right: ServerCheck = {
  id: 'auth-right',
  requirements: ['P-080', 'P-082', 'P-098'],
  title: 'Package 1 again with the right credentials over the challenge is let in (200 or 212)',
  run: async (server) => {
    const { session } = await challenged(server);
    const heard = await session.say(session.packageOne(), { proof: 'right' });
    must(isAccepted(heard), `right credentials are answered: ${inShort(heard.message)}`);
    const commands = statuses(heard.message).filter(({ CmdRef }) => CmdRef !== '0');
    must(
      commands.every(({ Data }) => Data === 200),
      inShort(heard.message),
    );
  },
};

const wrong: ServerCheck = {
  id: 'auth-wrong',
  requirements: ['P-082'],
  title: 'Wrong credentials: 401 and a challenge with another nonce; then right ones are let in',
  run: async (server) => {
    const { session, heard } = await challenged(server);
    const denied = await session.say(session.packageOne(), { proof: 'wrong' });
    must(headerCode(denied.message) === 401, `SyncHdr ${headerCode(denied.message)} for wrong credentials`);
    const [first, second] = [challengeOf(heard.message), challengeOf(denied.message)];
    must(second !== undefined, 'no challenge after the first failure');
    must(
      first?.NextNonce === undefined || second.NextNonce !== first.NextNonce,
      'the nonce is the same again',
    );
    const welcome = await session.say(session.packageOne(), { proof: 'right' });
    must(isAccepted(welcome), `right credentials are answered: ${inShort(welcome.message)}`);
  },
};

const uniqueNonces: ServerCheck = {
  id: 'auth-nonces',
  requirements: ['P-094'],
  title: 'Nonces of several challenges differ and have at least 8 octets',
  run: async (server) => {
    const nonces = new Set<string>();
    for (let i = 0; i < 4; i += 1) {
      const session = await challengedWithNonce(server);
      const text = Buffer.from(session.nonce).toString('base64');
      must(session.nonce.length >= 8, `a nonce of ${session.nonce.length} octets`);
      must(!nonces.has(text), 'the same nonce twice');
      nonces.add(text);
    }
  },
};

const nextNonce: ServerCheck = {
  id: 'auth-next-nonce',
  requirements: ['P-084'],
  title: 'The NextNonce of an accepted message opens the next session without a challenge',
  run: async (server) => {
    const session = await challengedWithNonce(server);
    const heard = await session.say(session.packageOne(), { proof: 'right' });
    need(isAccepted(heard), `the log-in was refused: ${inShort(heard.message)}`);
    const given = challengeOf(heard.message)?.NextNonce;
    must(given !== undefined, 'no NextNonce with the acceptance');
    const next = server.session();
    next.nonce = nonceOctets(given);
    const opened = await next.say(next.packageOne(), { proof: 'right' });
    must(isAccepted(opened), `the next session is answered: ${inShort(opened.message)}`);
  },
};

const strangerKeepsNonce: ServerCheck = {
  id: 'auth-stranger-keeps-nonce',
  requirements: ['P-084', 'P-017'],
  title: 'A challenge that nobody answers leaves the device’s own nonce valid',
  run: async (server) => {
    const session = await challengedWithNonce(server);
    const heard = await session.say(session.packageOne(), { proof: 'right' });
    need(isAccepted(heard), `the log-in was refused: ${inShort(heard.message)}`);
    const given = challengeOf(heard.message)?.NextNonce;
    need(given !== undefined, 'no NextNonce with the acceptance');
    await challenged(server);
    const next = server.session();
    next.nonce = nonceOctets(given);
    const opened = await next.say(next.packageOne(), { proof: 'right' });
    must(isAccepted(opened), `after a stranger came, the device is answered: ${inShort(opened.message)}`);
  },
};

const usedNonce: ServerCheck = {
  id: 'auth-used-nonce',
  requirements: ['P-087', 'P-092'],
  title: 'A nonce that was used, and whose successor was used too, opens nothing any more',
  run: async (server) => {
    const session = await challengedWithNonce(server);
    const old = session.nonce;
    const first = await session.say(session.packageOne(), { proof: 'right' });
    need(isAccepted(first), `the log-in was refused: ${inShort(first.message)}`);
    const second = server.session();
    second.nonce = session.nonce;
    await second.say(second.packageOne(), { proof: 'right' });
    const third = server.session();
    third.nonce = old;
    const heard = await third.say(third.packageOne(), { proof: 'right' });
    must(!isAccepted(heard), 'the used nonce is accepted again');
  },
};

const replay: ServerCheck = {
  id: 'auth-replay',
  requirements: ['P-087', 'P-092'],
  title: 'An opening message sent again by someone else, once the session went on, is not let in',
  run: async (server) => {
    const session = await challengedWithNonce(server);
    const heard = await session.say(session.packageOne(), { proof: 'right', final: false });
    need(isAccepted(heard), `the log-in was refused: ${inShort(heard.message)}`);
    await session.say([session.headerStatus(heard.message), alert(1222)], { final: false });
    const other = server.session();
    const again = await other.post(heard.sent, heard.sentOctets, heard.sentHeaders, {
      malformed: true,
      url: server.target.url,
    });
    const code = again.message === undefined ? again.status : headerCode(again.message);
    must(code !== 200 && code !== 212, `the same octets are answered ${code}`);
  },
};

const nonceAsText: ServerCheck = {
  id: 'auth-nonce-text',
  requirements: ['P-080'],
  title: 'A digest over the base64 text of the nonce, instead of its octets, is refused',
  run: async (server) => {
    const session = await challengedWithNonce(server);
    need(session.scheme === 'md5', 'the server asks for another type');
    const text = Buffer.from(Buffer.from(session.nonce).toString('base64'));
    const Cred = {
      Meta: { Format: 'b64', Type: SCHEME_TYPES.md5 },
      Data: md5Data(server.target.account, text),
    };
    const heard = await session.say(session.packageOne(), { proof: 'none', hdr: { Cred } });
    must(!isAccepted(heard), 'the digest over the text is accepted');
  },
};

const otherType: ServerCheck = {
  id: 'auth-other-type',
  requirements: ['P-086'],
  title: 'A Cred of another type than required, before any challenge: 401 with the required type',
  run: async (server) => {
    const { session: probe } = await challenged(server);
    need(probe.scheme !== 'basic', 'the server asks for auth-basic itself');
    const session = server.session();
    const Cred = {
      Meta: { Format: 'b64', Type: SCHEME_TYPES.basic },
      Data: basicData({ ...server.target.account, secret: 'not the secret' }),
    };
    const heard = await session.say(session.packageOne(), { proof: 'none', hdr: { Cred } });
    must(!isAccepted(heard), 'a wrong password in auth-basic is accepted');
    must(headerCode(heard.message) === 401, `SyncHdr ${headerCode(heard.message)}`);
    must(challengeOf(heard.message)?.Type !== undefined, 'no challenge with the required type');
  },
};

const badBase64: ServerCheck = {
  id: 'auth-bad-base64',
  requirements: ['R-020'],
  title: 'A Cred that is no base64 counts as wrong credentials',
  run: async (server) => {
    const { session } = await challenged(server);
    need(session.scheme === 'md5', 'the server asks for another type');
    const Cred = { Meta: { Format: 'b64', Type: SCHEME_TYPES.md5 }, Data: '*** no base64 ***' };
    const heard = await session.say(session.packageOne(), { proof: 'none', hdr: { Cred } });
    must(headerCode(heard.message) === 401, inShort(heard.message));
  },
};

const unknownDevice: ServerCheck = {
  id: 'auth-unknown-device',
  requirements: ['P-083'],
  title: 'An unknown device is answered like a known one with wrong credentials',
  run: async (server) => {
    const { session } = await challenged(server);
    const known = await session.say(session.packageOne(), { proof: 'wrong' });
    const stranger = server.session();
    const Source = { LocURI: `urn:conform:unknown-${stranger.id}`, LocName: `unknown-${stranger.id}` };
    const first = await stranger.say(stranger.packageOne(), { proof: 'none', hdr: { Source } });
    need(!isAccepted(first), 'the server lets unknown devices in');
    const second = await stranger.say(stranger.packageOne(), { proof: 'wrong', hdr: { Source } });
    // The type of the challenge is the account's; an unknown device has none.
    const face = ({ message }: Heard): string =>
      `${inShort(message)}, ${challengeOf(message) === undefined ? 'no challenge' : 'a challenge'}`;
    must(face(second) === face(known), `known: ${face(known)}; unknown: ${face(second)}`);
  },
};

const giveUp: ServerCheck = {
  id: 'auth-failures',
  requirements: ['P-083'],
  title: 'Wrong credentials again and again: at last 401 without a challenge',
  run: async (server) => {
    const { session } = await challenged(server);
    for (let tries = 0; tries < 8; tries += 1) {
      const heard = await session.say(session.packageOne(), { proof: 'wrong' });
      must(headerCode(heard.message) === 401, inShort(heard.message));
      if (challengeOf(heard.message) === undefined) {
        must(tries > 0, 'refused for good after the first failure');
        return;
      }
    }
    must(false, 'eight failures in one session are all challenged again');
  },
};

const laterMessages: ServerCheck = {
  id: 'auth-later',
  requirements: ['P-099', 'I-007', 'P-087'],
  title: 'Later messages: none needed after 212; after 200 credentials over the new nonce each time',
  run: async (server) => {
    const session = server.session();
    const heard = await session.openUnfinished();
    const later = await session.say([session.headerStatus(heard.message), alert(1222)]);
    must(isAccepted(later), `the second message is answered: ${inShort(later.message)}`);
    if (session.accepted) must(headerCode(later.message) !== 401, inShort(later.message));
  },
};

const serverProof: ServerCheck = {
  id: 'auth-server',
  requirements: ['P-089', 'I-008'],
  title: 'The server proves itself with its own credentials; challenged, with the new nonce',
  run: async (server) => {
    const { server: own } = server.target;
    need(own !== undefined, 'no credentials of the server are given');
    const session = server.session();
    const heard = await session.openWithCommands();
    const cred = heard.message.hdr.Cred;
    need(heard.headers['x-syncml-hmac'] === undefined, 'the server uses auth-MAC');
    must(cred !== undefined, 'the server gives no Cred');
    need(cred.Meta?.Type === SCHEME_TYPES.md5, `the server uses ${cred.Meta?.Type}`);
    const nonce = Buffer.from('conform-nonce-01');
    const chal = {
      Chal: { Meta: { Type: SCHEME_TYPES.md5, Format: 'b64', NextNonce: nonce.toString('base64') } },
    };
    const denied = [
      { ...session.headerStatus(heard.message, 401), ...chal },
      ...asked(heard.message).map((command) => ({
        kind: 'Status' as const,
        MsgRef: heard.message.hdr.MsgID,
        CmdRef: command.CmdID,
        Cmd: command.kind === 'Unsupported' ? command.name : command.kind,
        TargetRef: [],
        SourceRef: [],
        Data: 401,
        items: [],
      })),
    ];
    const again = await session.say(denied);
    must(again.message.hdr.Cred?.Data === md5Data(own, nonce), 'the Cred after our challenge is not right');
    must(asked(again.message).length > 0, 'the commands that were denied do not come again');
  },
};

export const AUTHENTICATION: CheckGroup<ServerPeer> = {
  id: 'authentication',
  title: 'Who may come in',
  checks: [
    missing,
    right,
    wrong,
    uniqueNonces,
    nextNonce,
    strangerKeepsNonce,
    usedNonce,
    replay,
    nonceAsText,
    otherType,
    badBase64,
    unknownDevice,
    giveUp,
    laterMessages,
    serverProof,
  ],
};
