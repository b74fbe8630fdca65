/** What must hold across processes: killed at any moment, or working side by side on one store. */
import type { Encoding } from '@fumarole/syncml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../store/sqlite/open-store.ts';
import { type Api, admit, type EndpointWorld, endpointWorld } from '../testing/endpoint-world.ts';
import {
  post,
  type ScriptedAnswer,
  type ScriptedDevice,
  type ScriptedMessage,
} from '../testing/scripted-device.ts';
import { type ServerProcess, spawnServer } from '../testing/server-process.ts';

let world: EndpointWorld;
let running: ServerProcess[];

beforeEach(() => {
  world = endpointWorld();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.kill()));
  world.dispose();
});

async function start(port = 0, publicUrl?: string): Promise<ServerProcess> {
  const server = await spawnServer(
    world.options({ listeners: [{ port }], ...(publicUrl === undefined ? {} : { publicUrl }) }),
  );
  running.push(server);
  return server;
}

function apiOf({ url, token }: ServerProcess): Api {
  if (token === undefined) throw new Error('no token at the first start');
  return { url, token };
}

async function contacts(key: string): Promise<number> {
  const store = openSqliteStore(world.dataDir);
  const device = await store.device(key);
  await store.close();
  return device?.record.contacts ?? 0;
}

const portOf = ({ url }: ServerProcess): number => Number(new URL(url).port);
const BOTH: readonly Encoding[] = ['wbxml', 'xml'];

describe('kill -9', () => {
  it.each(BOTH)('between any two messages: the session goes on (%s)', {
    timeout: 120_000,
  }, async (encoding) => {
    let server = await start();
    const port = portOf(server);
    const device = await admit(apiOf(server), 'urn:test:k', { scheme: 'mac', encoding, gets: 2 });
    // A nonce that is not the server's: the session begins with a challenge.
    device.nonce = 'bm90LXRoZS1vbmU=';
    let message = device.packageOne();
    const codes: (number | undefined)[] = [];
    for (let more = true; more && codes.length < 12; ) {
      const answer = await device.send(message);
      codes.push(answer.code);
      await server.kill();
      server = await start(port);
      message = answer.code === 401 ? device.packageOne() : device.reply(answer);
      more = answer.code === 401 || answer.commands.length > 0;
    }
    expect(codes).toEqual([401, ...codes.slice(1).map(() => 200)]);
    expect(codes.length).toBeGreaterThan(2);
    expect(await contacts('URN:TEST:k')).toBe(1);
  });

  it('while a message is worked on: the same octets again are answered, and it ran once', {
    timeout: 120_000,
  }, async () => {
    let server = await start();
    const port = portOf(server);
    const device = await admit(apiOf(server), 'urn:test:k', { scheme: 'mac', encoding: 'wbxml', gets: 2 });
    let message = device.packageOne();
    for (const pause of [0, 1, 2, 4]) {
      const cut = post(message, 'wbxml').catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, pause));
      await server.kill();
      await cut;
      server = await start(port);
      const answer = await device.send(message);
      expect(answer.code).toBe(200);
      if (answer.commands.length === 0) break;
      message = device.reply(answer);
    }
    expect(await contacts('URN:TEST:k')).toBe(1);
  });
});

describe('two processes on one store', () => {
  const pair = async () => {
    const first = await start();
    const second = await start(0, first.url);
    return [first, second] as const;
  };
  const otherPublic = async () => {
    const [first, second] = await pair();
    return { first, second, api: apiOf(first) };
  };

  it.each(BOTH)('serve alternate messages of one session (%s)', { timeout: 60_000 }, async (encoding) => {
    const { first, second, api } = await otherPublic();
    const device = await admit(api, 'urn:test:a', { scheme: 'mac', encoding, gets: 6 });
    device.nonce = 'bm90LXRoZS1vbmU=';
    expect((await device.send(device.packageOne(), second.url)).code).toBe(401);
    let answer = await device.send(device.packageOne(), first.url);
    let messages = 0;
    for (; answer.commands.length > 0 && messages < 40; messages += 1) {
      expect(answer.code).toBe(200);
      answer = await device.send(device.reply(answer), messages % 2 === 0 ? second.url : first.url);
    }
    expect(messages).toBeGreaterThan(1);
    expect(await contacts('URN:TEST:a')).toBe(1);
  });

  const ROUNDS = 1_000;
  /** The package stays open, and the session with it. */
  const open = (device: ScriptedDevice, session: number, mark?: string): ScriptedMessage => {
    device.begin(session.toString(16).toUpperCase());
    return device.packageOne({ final: false, ...(mark === undefined ? {} : { mark }) });
  };
  const nonceOf = ({ message }: ScriptedAnswer): string => {
    const header = message.body.find((c) => c.kind === 'Status' && c.CmdRef === '0');
    return (header?.kind === 'Status' ? header.Chal?.Meta.NextNonce : undefined) ?? '';
  };

  it(`the same message sent to both at once, ${ROUNDS} times: one execution, one answer, one nonce use`, {
    timeout: 180_000,
  }, async () => {
    const { first, second, api } = await otherPublic();
    const device = await admit(api, 'urn:test:s', { scheme: 'mac', encoding: 'wbxml' });
    await device.login();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const message = open(device, round);
      const answers = await Promise.all([first, second].map(({ url }) => post(message, 'wbxml', url)));
      const [one, other] = answers;
      if (one === undefined || other === undefined) throw new Error('no answers');
      expect(one.code).toBe(200);
      expect(Buffer.from(one.octets).equals(other.octets)).toBe(true);
      device.nonce = nonceOf(one);
    }
    expect(await contacts('URN:TEST:s')).toBe(ROUNDS + 1);
  });

  it(`two different first messages with one nonce, ${ROUNDS} times: one is accepted, the other challenged`, {
    timeout: 180_000,
  }, async () => {
    const { first, second, api } = await otherPublic();
    const device = await admit(api, 'urn:test:d', { scheme: 'mac', encoding: 'wbxml' });
    await device.login();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const messages = [open(device, round, 'en'), open(device, round, 'fr')];
      const answers = await Promise.all(
        messages.map((message, i) => post(message, 'wbxml', [first, second][i]?.url)),
      );
      expect(answers.map(({ code }) => code).sort()).toEqual([200, 401]);
      const accepted = answers.find(({ code }) => code === 200);
      device.nonce = accepted === undefined ? '' : nonceOf(accepted);
    }
    expect(await contacts('URN:TEST:d')).toBe(ROUNDS + 1);
  });
});
