import type { MacKey } from '@fumarole/dm/server';
import {
  chalOf,
  commandLines,
  DEVICE,
  headerStatus,
  md5Cred,
  Pair,
  package1,
  statusLines,
} from '@fumarole/testkit/pair';
import { describe, expect, it } from 'vitest';
import { basicCredential, encodeBase64, RESYNC_NONCES } from '../auth/index.ts';

const kinds = (pair: Pair): readonly string[] => pair.events.map(({ kind }) => kind);
const get = { kind: 'get', key: 'k', uri: './DevDetail/FwV' } as const;

function askedToGet(options: ConstructorParameters<typeof Pair>[0] = {}): Pair {
  return new Pair({ server: 'none', plan: () => ({ commands: [get] }), ...options });
}

function macKey(pair: Pair, nonce: string): MacKey {
  const { name, a } = pair.serverAccount.client;
  return { username: name, a, nonce };
}

function md5Of(pair: Pair, nonce: string) {
  return { Cred: md5Cred(pair.serverAccount.client.a, nonce) };
}

describe('challenges', () => {
  it('P-081 I-006: no Cred: 407 with Chal, 407 for every command, no commands, Final', () => {
    const pair = askedToGet();
    const { message } = pair.say(package1());
    expect(statusLines(message)).toEqual(['SyncHdr 0 407', 'Alert 2 407', 'Replace 3 407']);
    expect(chalOf(message)).toMatchObject({ Type: 'syncml:auth-md5', Format: 'b64' });
    expect(commandLines(message)).toEqual([]);
    expect(message.final).toBe(true);
    expect(kinds(pair)).toEqual(['authentication-failed']);
  });

  it('answers missing credentials with 401 to families that know no 407 (§9)', () => {
    const pair = askedToGet({ wire: { challengeMissing: 401 } });
    const { message } = pair.say(package1());
    expect(statusLines(message)).toEqual(['SyncHdr 0 401', 'Alert 2 401', 'Replace 3 401']);
  });

  it('P-082: wrong Cred: 401 with a new nonce; then right: 212', () => {
    const pair = askedToGet();
    const first = pair.say(package1(1, md5Of(pair, 'b2xk')));
    expect(statusLines(first.message)[0]).toBe('SyncHdr 0 401');
    const worse = pair.say(package1(2, md5Of(pair, 'b2xk')));
    const nonce = chalOf(worse.message)?.NextNonce ?? '';
    expect(nonce).not.toBe(chalOf(first.message)?.NextNonce);
    const second = pair.say(package1(3, md5Of(pair, nonce)));
    expect(statusLines(second.message)).toEqual(['SyncHdr 0 212', 'Alert 2 200', 'Replace 3 200']);
    expect(chalOf(second.message)?.NextNonce).not.toBe(nonce);
    expect(commandLines(second.message)).toEqual(['Get']);
  });

  it('P-083 I-010: three counted failures, then 401 without Chal', () => {
    const pair = askedToGet();
    for (let msgID = 1; msgID <= 3; msgID++) {
      const { message } = pair.say(package1(msgID, md5Of(pair, 'd3Jvbmc=')));
      expect(chalOf(message)).toBeDefined();
    }
    const last = pair.say(package1(4, md5Of(pair, 'd3Jvbmc=')));
    expect(statusLines(last.message)[0]).toBe('SyncHdr 0 401');
    expect(chalOf(last.message)).toBeUndefined();
    expect(pair.turns).toEqual(['challenge', 'challenge', 'challenge', 'refused']);
    expect(pair.events.at(-1)).toEqual({ kind: 'closed', why: 'refused' });
  });

  it('P-083: a wrong password in auth-basic counts at once', () => {
    const pair = askedToGet({ client: 'basic' });
    const wrong = {
      Cred: { Meta: { Type: 'syncml:auth-basic' }, Data: basicCredential(DEVICE, 'guess') },
    };
    const turns = [1, 2, 3].map((msgID) => {
      pair.say(package1(msgID, wrong));
      return pair.turns.at(-1);
    });
    expect(turns).toEqual(['challenge', 'challenge', 'refused']);
  });

  it('P-083: an unknown name and a wrong secret get the same answer', () => {
    const answer = (change: object): unknown => {
      const pair = askedToGet();
      const nonce = chalOf(pair.say(package1()).message)?.NextNonce ?? '';
      const wrong = { Cred: md5Cred('AAAAAAAAAAAAAAAAAAAAAA==', nonce) };
      const { message } = pair.say(package1(2, { ...wrong, ...change }));
      return message;
    };
    expect(answer({ Source: { LocURI: DEVICE, LocName: 'nobody' } })).toEqual(answer({}));
  });

  it('P-086: a Cred of another type: before a challenge 401 with the right type, after it the end', () => {
    const pair = askedToGet();
    const basic = {
      Cred: {
        Meta: { Type: 'syncml:auth-basic', Format: 'b64' },
        Data: basicCredential(DEVICE, 's3cr3t-Pa55'),
      },
    };
    const first = pair.say(package1(1, basic));
    expect(statusLines(first.message)[0]).toBe('SyncHdr 0 401');
    expect(chalOf(first.message)?.Type).toBe('syncml:auth-md5');
    const second = pair.say(package1(2, basic));
    expect(statusLines(second.message)[0]).toBe('SyncHdr 0 401');
    expect(chalOf(second.message)).toBeUndefined();
    expect(pair.turns.at(-1)).toBe('refused');
  });

  it('P-098: a type that the account allows besides is taken', () => {
    const pair = askedToGet();
    const { client } = pair.serverAccount;
    pair.serverAccount = { ...pair.serverAccount, client: { ...client, allowed: ['basic'] } };
    const Cred = { Meta: { Type: 'syncml:auth-basic' }, Data: basicCredential(DEVICE, 's3cr3t-Pa55') };
    expect(statusLines(pair.say(package1(1, { Cred })).message)[0]).toBe('SyncHdr 0 212');
  });

  it('of a Cred and a header that come together the wanted one counts', () => {
    const pair = askedToGet({ client: 'mac' });
    const { client } = pair.serverAccount;
    pair.serverAccount = { ...pair.serverAccount, client: { ...client, allowed: ['md5'] } };
    const both = { Cred: md5Cred(client.a, 'd3Jvbmc=') };
    const { message } = pair.say(package1(1, both), { signed: macKey(pair, '') });
    expect(statusLines(message)[0]).toBe('SyncHdr 0 200');
    const md5 = pair.say(package1(1, { SessionID: '2', ...md5Of(pair, chalOf(message)?.NextNonce ?? '') }));
    expect(statusLines(md5.message)[0]).toBe('SyncHdr 0 212');
  });

  it('tells once in what way the device proved itself', () => {
    for (const client of ['none', 'basic', 'md5', 'mac'] as const) {
      const pair = askedToGet({ client, plan: (_, n) => ({ commands: n < 3 ? [get] : [] }) }).run();
      const told = pair.events.flatMap((e) => (e.kind === 'authenticated' ? [e.scheme] : []));
      expect(told).toEqual([client]);
    }
  });

  it('asks only for what the transport allows, and for nothing when it allows none', () => {
    const pair = askedToGet();
    const { client } = pair.serverAccount;
    pair.serverAccount = { ...pair.serverAccount, client: { ...client, allowed: ['mac'] } };
    const clear = pair.say(package1(), { allows: ['mac'] });
    expect(chalOf(clear.message)?.Type).toBe('syncml:auth-MAC');
    const none = askedToGet().say(package1(), { allows: [] });
    expect(statusLines(none.message)[0]).toBe('SyncHdr 0 401');
    expect(chalOf(none.message)).toBeUndefined();
  });
});

describe('nonces', () => {
  it('P-084: the nonce of 212 opens the next session', () => {
    const pair = askedToGet();
    const nonce = chalOf(pair.say(package1()).message)?.NextNonce ?? '';
    const accepted = pair.say(package1(2, md5Of(pair, nonce)));
    const next = chalOf(accepted.message)?.NextNonce ?? '';
    const { message } = pair.say(package1(1, { ...md5Of(pair, next), SessionID: '2' }));
    expect(statusLines(message)[0]).toBe('SyncHdr 0 212');
  });

  it('P-092: after a lost answer the previous nonce is taken once more, and only once', () => {
    const pair = askedToGet();
    const nonce = chalOf(pair.say(package1()).message)?.NextNonce ?? '';
    pair.say(package1(2, md5Of(pair, nonce)));
    const again = pair.say(package1(1, { ...md5Of(pair, nonce), SessionID: '2' }));
    expect(statusLines(again.message)[0]).toBe('SyncHdr 0 212');
    const third = pair.say(package1(1, { ...md5Of(pair, nonce), SessionID: '3' }));
    expect(statusLines(third.message)[0]).toBe('SyncHdr 0 401');
  });

  it('P-087 P-092: once the device has shown that the answer arrived, the previous nonce is gone', () => {
    const pair = askedToGet();
    const nonce = chalOf(pair.say(package1()).message)?.NextNonce ?? '';
    pair.say(package1(2, md5Of(pair, nonce)));
    pair.say({ ...package1(3), body: [headerStatus(2)] });
    const again = pair.say(package1(1, { ...md5Of(pair, nonce), SessionID: '2' }));
    expect(statusLines(again.message)[0]).toBe('SyncHdr 0 401');
  });

  describe.each(['md5', 'mac'] as const)('nonces that come back, %s', (client) => {
    /** A session of somebody who holds this nonce, through the challenge if there is one; the nonce he holds then. */
    const session = (pair: Pair, sessionID: string, held: string): string => {
      let nonce = held;
      for (let msgID = 1; msgID <= 2; msgID += 1) {
        const { a, name } = pair.serverAccount.client;
        const cred = client === 'md5' ? { Cred: md5Cred(a, nonce) } : {};
        const { message } = pair.say(
          package1(msgID, { ...cred, SessionID: sessionID }),
          client === 'mac' ? { signed: { username: name, a, nonce } } : {},
        );
        nonce = chalOf(message)?.NextNonce ?? nonce;
        if (!/401$/.test(statusLines(message)[0] ?? '')) break;
      }
      return nonce;
    };
    const crossings = (pair: Pair): readonly number[] =>
      pair.events
        .filter((event) => event.kind === 'authenticated')
        .flatMap(({ crossed }, at) => (crossed === true ? [at] : []));

    it('two who hold the account in turns: each comes with what the other passed over', () => {
      const pair = askedToGet({ client });
      let one = session(pair, '1', '');
      let other = session(pair, '2', '');
      for (let round = 0; round < 2; round += 1) {
        one = session(pair, `a${round}`, one);
        other = session(pair, `b${round}`, other);
      }
      expect(crossings(pair)).toEqual([2, 3, 4, 5]);
    });

    it('P-092: the previous nonce after a lost answer, and any older one: nothing comes back', () => {
      const pair = askedToGet({ client });
      const first = session(pair, '1', '');
      session(pair, '2', first); // its answer was lost
      session(pair, '3', first); // P-092
      const fourth = session(pair, '4', first); // the answer to that was lost too
      expect(session(pair, '5', fourth)).not.toBe(fourth);
      session(pair, '6', ''); // a reset
      const seventh = session(pair, '7', first); // an old backup
      session(pair, '8', seventh);
      expect(crossings(pair)).toEqual([]);
    });

    it('a nonce passed over counts once, and the oldest of many no more', () => {
      const pair = askedToGet({ client });
      const first = session(pair, '1', '');
      session(pair, '2', '');
      session(pair, '3', first);
      session(pair, '4', first);
      expect(crossings(pair)).toEqual([2]);
      const old = session(pair, '5', '');
      for (let at = 0; at < 9; at += 1) session(pair, `x${at}`, '');
      session(pair, '6', old);
      expect(crossings(pair)).toEqual([2]);
      expect(pair.serverAccount.client.passedNonces).toHaveLength(8);
    });

    it('somebody without the secret passes nothing over', () => {
      const pair = askedToGet({ client });
      const held = session(pair, '1', '');
      pair.say(package1(1, { SessionID: '9', Cred: md5Cred('AAAAAAAAAAAAAAAAAAAAAA==', held) }));
      expect(pair.serverAccount.client.passedNonces).toBeUndefined();
      const next = session(pair, '2', held);
      expect([session(pair, '3', next), crossings(pair)]).toEqual([expect.any(String), []]);
    });
  });

  it('P-084: the challenge of a stranger does not touch the device’s own nonce', () => {
    const pair = askedToGet();
    const nonce = chalOf(pair.say(package1()).message)?.NextNonce ?? '';
    const next = chalOf(pair.say(package1(2, md5Of(pair, nonce))).message)?.NextNonce ?? '';
    pair.say(package1(1, { SessionID: '9' }));
    pair.say(package1(1, { SessionID: '8' }));
    const own = pair.say(package1(1, { ...md5Of(pair, next), SessionID: '2' }));
    expect(statusLines(own.message)[0]).toBe('SyncHdr 0 212');
  });

  it.each([
    'octets',
    'ascii',
  ] as const)('P-093: the resync nonce (%s) counts only while it is wanted', (form) => {
    const nonce = encodeBase64(RESYNC_NONCES[form]);
    const pair = askedToGet({ server: 'md5' });
    expect(statusLines(pair.say(package1(1, md5Of(pair, nonce))).message)[0]).toBe('SyncHdr 0 401');
    const { client } = pair.serverAccount;
    const wanted = { ...client, resyncUntil: pair.now + 60_000 };
    pair.serverAccount = { ...pair.serverAccount, client: wanted };
    const { message } = pair.say(package1(1, { ...md5Of(pair, nonce), SessionID: '2' }));
    expect(statusLines(message)[0]).toBe('SyncHdr 0 212');
    // The server proves itself with the same form, and hands over a fresh nonce at once.
    expect(message.hdr.Cred).toEqual(md5Cred(pair.serverAccount.server?.a ?? '', nonce));
    expect(chalOf(message)?.NextNonce).toBeDefined();
    const again = pair.say(package1(1, { ...md5Of(pair, nonce), SessionID: '3' }));
    expect(statusLines(again.message)[0]).toBe('SyncHdr 0 401');
  });

  it('N-028: the resync nonce opens the session of its package 0, octets turned around or not, and no other', () => {
    const nonce = encodeBase64(RESYNC_NONCES.octets);
    const status = (SessionID: string): string | undefined => {
      const pair = askedToGet();
      const client = { ...pair.serverAccount.client, resyncUntil: pair.now + 60_000, resyncSession: 0x2a7f };
      pair.serverAccount = { ...pair.serverAccount, client };
      return statusLines(pair.say(package1(1, { ...md5Of(pair, nonce), SessionID })).message)[0];
    };
    expect(['2A7F', '02a7f', '7F2A'].map(status)).toEqual(Array(3).fill('SyncHdr 0 212'));
    expect(['2A7E', '1', 'x'].map(status)).toEqual(Array(3).fill('SyncHdr 0 401'));
  });

  it('P-093: after its time the resync nonce is refused', () => {
    const pair = askedToGet();
    const { client } = pair.serverAccount;
    pair.serverAccount = { ...pair.serverAccount, client: { ...client, resyncUntil: pair.now - 1 } };
    const nonce = encodeBase64(RESYNC_NONCES.octets);
    expect(statusLines(pair.say(package1(1, md5Of(pair, nonce))).message)[0]).toBe('SyncHdr 0 401');
  });

  it('P-099 I-007: after 212 no Cred is needed, and one sent needlessly is not looked at', () => {
    const pair = askedToGet();
    const nonce = chalOf(pair.say(package1()).message)?.NextNonce ?? '';
    pair.say(package1(2, md5Of(pair, nonce)));
    const without = pair.say({ ...package1(3), body: [headerStatus(2)] });
    expect(statusLines(without.message)[0]).toBe('SyncHdr 0 200');
    expect(chalOf(without.message)).toBeUndefined();
    const needless = pair.say({ ...package1(4, md5Of(pair, 'b2xk')), body: [headerStatus(3)] });
    expect(statusLines(needless.message)[0]).toBe('SyncHdr 0 200');
  });
});

describe('P-087: auth-MAC on every message', () => {
  function opened(): { readonly pair: Pair; readonly next: string } {
    const pair = askedToGet({ client: 'mac' });
    const nonce = chalOf(pair.say(package1()).message)?.NextNonce ?? '';
    const { message } = pair.say(package1(2), { signed: macKey(pair, nonce) });
    expect(statusLines(message)[0]).toBe('SyncHdr 0 200');
    return { pair, next: chalOf(message)?.NextNonce ?? '' };
  }
  const later = { ...package1(3), body: [headerStatus(2)] };

  it('P-087: 200 and a fresh nonce each time', () => {
    const { pair, next } = opened();
    const { message } = pair.say(later, { signed: macKey(pair, next) });
    expect(statusLines(message)[0]).toBe('SyncHdr 0 200');
    expect(chalOf(message)?.NextNonce).not.toBe(next);
    expect(commandLines(message)).toEqual(['Get']);
  });

  it('P-087: a missing header, an altered octet or a used nonce: 401, nothing executed, the end', () => {
    const wrong: readonly ((pair: Pair, next: string) => Parameters<Pair['say']>[1])[] = [
      () => ({}),
      (pair) => ({ signed: macKey(pair, 'dXNlZA==') }),
      (pair) => ({ signed: { ...macKey(pair, ''), a: 'AAAAAAAAAAAAAAAAAAAAAA==' } }),
    ];
    for (const how of wrong) {
      const { pair, next } = opened();
      const { message } = pair.say(later, how(pair, next));
      expect(statusLines(message)[0]).toBe('SyncHdr 0 401');
      expect(chalOf(message)).toBeUndefined();
      expect(commandLines(message)).toEqual([]);
      expect(pair.turns.at(-1)).toBe('refused');
    }
  });

  it('P-087: one altered octet of the body', () => {
    const { pair, next } = opened();
    const honest = pair.say(later, { signed: macKey(pair, next) });
    const header = pair.of('client').at(-1)?.hmacHeader ?? '';
    expect(statusLines(honest.message)[0]).toBe('SyncHdr 0 200');
    const second = opened();
    const altered = { ...later, body: [headerStatus(1)] };
    expect(statusLines(second.pair.say(altered, { hmacHeader: header }).message)[0]).toBe('SyncHdr 0 401');
  });
});

describe('who may go on with a session', () => {
  it('without the session’s token and without credentials nothing happens to it', () => {
    const pair = askedToGet();
    const nonce = chalOf(pair.say(package1()).message)?.NextNonce ?? '';
    pair.say(package1(2, md5Of(pair, nonce)));
    const before = JSON.stringify([pair.serverSession, pair.serverAccount]);
    for (const msgID of [3, 7]) {
      const { message } = pair.say({ ...package1(msgID), body: [headerStatus(2)] }, { tokenValid: false });
      expect(commandLines(message)).toEqual([]);
      expect(statusLines(message)[0]).toMatch(/SyncHdr 0 40[01]/);
    }
    expect(JSON.stringify([pair.serverSession, pair.serverAccount])).toBe(before);
    const own = pair.say({ ...package1(3), body: [headerStatus(2)] });
    expect(statusLines(own.message)[0]).toBe('SyncHdr 0 200');
  });

  it('P-120: a certificate bound to another device: 401 without Chal; the right one: 200 without Cred', () => {
    const pair = askedToGet();
    const { client } = pair.serverAccount;
    pair.serverAccount = { ...pair.serverAccount, client: { ...client, required: 'transport' } };
    const other = pair.say(package1(), { certificateDevice: 'IMEI:1' });
    expect(statusLines(other.message)[0]).toBe('SyncHdr 0 401');
    expect(chalOf(other.message)).toBeUndefined();
    const right = pair.say(package1(1, { SessionID: '2' }), { certificateDevice: DEVICE });
    expect(statusLines(right.message)[0]).toBe('SyncHdr 0 200');
    expect(chalOf(right.message)).toBeUndefined();
    const none = pair.say(package1(1, { SessionID: '3' }));
    expect(statusLines(none.message)[0]).toBe('SyncHdr 0 401');
  });
});

describe('the server’s own credential', () => {
  const plan = () => ({ commands: [{ kind: 'exec', key: 'x', uri: './FUMO/Update' } as const] });

  it('P-089 I-008: Cred in the first answer; on 401 with Chal its commands go again, once', () => {
    const pair = new Pair({ client: 'none', plan });
    const first = pair.say(package1());
    const a = pair.serverAccount.server?.a ?? '';
    expect(first.message.hdr.Cred).toEqual(md5Cred(a, ''));
    const chal = { Type: 'syncml:auth-md5', Format: 'b64', NextNonce: 'bmV3LW5vbmNl' };
    const denied = [
      headerStatus(1, 401, chal),
      { ...headerStatus(1, 401), CmdID: '2', CmdRef: '4', Cmd: 'Exec' },
    ];
    const second = pair.say({ ...package1(2), body: denied });
    expect(pair.events).toContainEqual({ kind: 'not-executed', key: 'x', code: 401 });
    expect(second.message.hdr.Cred).toEqual(md5Cred(a, 'bmV3LW5vbmNl'));
    expect(commandLines(second.message)).toEqual(['Exec']);
    const third = pair.say({ ...package1(3), body: [headerStatus(2, 401, chal)] });
    expect(commandLines(third.message)).toEqual([]);
    expect(pair.turns.at(-1)).toBe('ended');
    expect(pair.events).toContainEqual({ kind: 'server-refused', code: 401, final: true });
  });

  it('P-089: 401 for a command alone, with the SyncHdr accepted, is the command’s own answer and not repeated', () => {
    const pair = new Pair({ client: 'none', plan });
    pair.say(package1());
    const exec = { ...headerStatus(1, 401), CmdID: '2', CmdRef: '4', Cmd: 'Exec' };
    pair.say({ ...package1(2), body: [headerStatus(1, 212), exec] });
    expect(pair.events).toContainEqual(expect.objectContaining({ kind: 'status', key: 'x', code: 401 }));
    expect(kinds(pair)).not.toContain('not-executed');
  });

  it('P-089: a challenge that answers the SyncHdr alone says the same of every command', () => {
    const pair = new Pair({ client: 'none', plan });
    pair.say(package1());
    const chal = { Type: 'syncml:auth-md5', NextNonce: 'bmV3' };
    pair.say({ ...package1(2), body: [headerStatus(1, 407, chal)] });
    expect(pair.events.filter(({ kind }) => kind === 'not-executed')).toHaveLength(1);
    expect(kinds(pair)).not.toContain('no-answer');
  });

  it('P-091: the nonce of a client that is not authenticated is used, but kept only once it is', () => {
    const pair = new Pair({ plan });
    const first = pair.say(package1());
    const chal = { Type: 'syncml:auth-md5', Format: 'b64', NextNonce: 'c3RyYW5nZXI=' };
    pair.say({ ...package1(2, md5Of(pair, 'd3Jvbmc=')), body: [headerStatus(1, 401, chal)] });
    expect(pair.serverAccount.server?.nonce).toBeUndefined();
    expect(pair.of('server').at(-1)?.message.hdr.Cred).toEqual(
      md5Cred(pair.serverAccount.server?.a ?? '', 'c3RyYW5nZXI='),
    );
    expect(chalOf(first.message)).toBeDefined();
    const nonce = chalOf(pair.of('server').at(-1)?.message)?.NextNonce ?? '';
    pair.say(package1(3, md5Of(pair, nonce)));
    expect(pair.serverAccount.server?.nonce).toBe('c3RyYW5nZXI=');
  });

  it('P-096: both challenges at once', () => {
    const pair = new Pair({ plan: (_, n) => (n === 1 ? plan() : {}) });
    // The device's nonce for the server is one that the server does not know.
    const { server } = pair.clientAccount;
    if (server !== undefined) {
      pair.clientAccount = { ...pair.clientAccount, server: { ...server, nonce: 'dW5rbm93bg==' } };
    }
    const { client } = pair.clientAccount;
    pair.clientAccount = { ...pair.clientAccount, client: { ...client, nonce: 'aW52ZW50ZWQ=' } };
    pair.run();
    const codes = pair.messages.map(({ message }) => statusLines(message)[0]);
    expect(codes.slice(0, 5)).toEqual([
      undefined,
      'SyncHdr 0 401',
      'SyncHdr 0 401',
      'SyncHdr 0 212',
      'SyncHdr 0 212',
    ]);
    expect(pair.end).toBe('done');
  });

  it('keeps a clear password from a device that has not proved itself', () => {
    const pair = new Pair({ server: 'basic', plan });
    expect(pair.say(package1()).message.hdr.Cred).toBeUndefined();
  });

  it('a Status for a message that we never sent says nothing about us', () => {
    const pair = new Pair({ client: 'none', plan });
    pair.say(package1());
    const { message } = pair.say({ ...package1(2), body: [headerStatus(5, 212), headerStatus(0, 401)] });
    expect(message.hdr.Cred).toBeDefined();
    expect(pair.turns.at(-1)).toBe('commands');
  });

  it('P-098: after 200 the credential goes with every message, after 212 no more', () => {
    for (const [code, expected] of [
      [200, true],
      [212, false],
    ] as const) {
      const pair = new Pair({ client: 'none', plan });
      pair.say(package1());
      const { message } = pair.say({ ...package1(2), body: [headerStatus(1, code)] });
      expect(message.hdr.Cred !== undefined).toBe(expected);
    }
  });
});
