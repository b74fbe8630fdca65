/** Whatever is thrown at the ports of a device: no effect, an answer where one is due, and the next honest one is heard. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { decodeBase64 } from '@fumarole/dm/auth';
import { encodePush, encodeTrigger } from '@fumarole/dm/notification';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from '../test/bench.ts';
import { DmServer } from '../test/dm-server.ts';
import { digests } from './client/host-ports.ts';
import { controlAddress } from './control/control-address.ts';
import { askDevice } from './control/control-client.ts';
import type { DeviceHandle } from './handle.ts';
import { MAX_CONTROL_BYTES } from './limits.ts';

let bench: Bench;
let dm: DmServer;
let device: DeviceHandle;
beforeEach(async () => {
  bench = await Bench.open();
  dm = await DmServer.open();
  await bench.create({ accounts: [dm.account], schedule: { wakePort: 0, wakeHost: '127.0.0.1' } });
  device = await bench.start();
});
afterEach(async () => {
  await bench.close();
  await dm.close();
});

describe('the wake port', () => {
  let socket: Socket;
  beforeEach(() => {
    socket = createSocket('udp4');
  });
  afterEach(() => {
    socket.close();
  });

  function trigger(sessionId: number): Uint8Array {
    const nonce = decodeBase64(dm.serverAccount.server?.nonce ?? '') ?? new Uint8Array();
    const key = { a: dm.serverAccount.server?.a ?? '', nonce };
    const content = { uiMode: 'background', initiator: 'server', sessionId, serverId: 'bench' } as const;
    return encodeTrigger(content, key, digests);
  }

  /** Sends datagrams one by one, each once the device has judged the one before. */
  async function judged(datagrams: readonly Uint8Array[]): Promise<readonly boolean[]> {
    const verdicts = () => bench.events.flatMap((event) => (event.kind === 'wake' ? [event.accepted] : []));
    const before = verdicts().length;
    for (const [i, datagram] of datagrams.entries()) {
      socket.send(datagram, device.status().wakePort ?? 0, '127.0.0.1');
      await expect.poll(() => verdicts().length, { interval: 1 }).toBe(before + i + 1);
    }
    return verdicts().slice(before);
  }

  it('takes nothing from noise, fragments and turned bits, and hears the right one after them', async () => {
    await device.poke();
    const right = trigger(0x31);
    let state = 99;
    const noise = (length: number): Uint8Array =>
      Uint8Array.from({ length }, () => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return state >> 16;
      });
    const bad = [
      ...Array.from({ length: 120 }, (_, i) => noise(i * 4)),
      ...Array.from({ length: 60 }, (_, i) => encodePush(noise(i))),
      ...Array.from({ length: right.length }, (_, end) => encodePush(right.subarray(0, end))),
      ...Array.from({ length: right.length * 8 }, (_, bit) =>
        encodePush(right.map((octet, at) => (at === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet))),
      ),
    ];
    const requests = dm.requests;
    expect(new Set(await judged(bad))).toEqual(new Set([false]));
    expect(dm.requests).toBe(requests);
    expect(await judged([encodePush(right)])).toEqual([true]);
    await device.whenIdle();
    expect(dm.requests).toBeGreaterThan(requests);
  });

  it('N-023: a replayed package 0 wakes nobody, neither at once nor after another session', async () => {
    await device.poke();
    const first = encodePush(trigger(0x41));
    expect(await judged([first])).toEqual([true]);
    await device.whenIdle();
    expect(await judged([first, first])).toEqual([false, false]);
    expect(await judged([encodePush(trigger(0x42))])).toEqual([true]);
    await device.whenIdle();
    const requests = dm.requests;
    expect(await judged([first])).toEqual([false]);
    await device.whenIdle();
    expect(dm.requests).toBe(requests);
  });
});

describe('the control socket', () => {
  /** Writes octets and reads until so many answers came or the device closed. */
  async function say(octets: string | Uint8Array, answers: number): Promise<readonly string[]> {
    const socket = connect(controlAddress(bench.dir));
    await once(socket, 'connect');
    let text = '';
    const heard = new Promise<void>((resolve) => {
      socket.on('data', (piece) => {
        text += piece.toString();
        if (text.split('\n').length > answers) resolve();
      });
      socket.on('close', () => resolve());
      socket.on('error', () => resolve());
    });
    socket.write(octets);
    await heard;
    socket.destroy();
    return text.split('\n').filter((line) => line !== '');
  }
  const stillAnswers = () =>
    expect(askDevice(bench.dir, { command: 'status' })).resolves.toMatchObject({ fwV: '1.0' });

  it.each([
    ['no JSON', 'hello'],
    ['octets that are no text', Uint8Array.of(0xff, 0xfe, 0, 0xc0, 0x80)],
    ['null', 'null'],
    ['a list', '[]'],
    ['a deep list', `${'['.repeat(20_000)}`],
    ['a text', '"status"'],
    ['no command', '{}'],
    ['a command that is no text', '{"command":{"status":1}}'],
    ['an inherited name', '{"command":"constructor","__proto__":{"command":"status"}}'],
    ['arguments of the wrong kind', '{"command":"start-update","root":[1]}'],
    ['a root that climbs', '{"command":"start-update","root":"../../etc"}'],
  ])('%s is refused, in JSON', async (_, line) => {
    const octets = typeof line === 'string' ? `${line}\n` : Buffer.concat([line, Buffer.from('\n')]);
    const [answer = ''] = await say(octets, 1);
    if (answer !== '')
      expect(JSON.parse(answer)).toMatchObject({
        ok: false,
        code: expect.stringMatching(/^(refused|no-root)$/),
      });
    else expect(octets.length).toBeGreaterThan(MAX_CONTROL_BYTES);
    await stillAnswers();
  });

  it('a line without end is cut off, a half one is forgotten', async () => {
    expect(await say('x'.repeat(MAX_CONTROL_BYTES + 1), 1)).toEqual([]);
    const half = connect(controlAddress(bench.dir));
    await once(half, 'connect');
    half.end('{"command":"sta');
    await once(half, 'close');
    await stillAnswers();
  });

  it('many requests at once are answered in order, many connections are served', async () => {
    const lines = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? '{"command":"status"}' : 'nonsense'));
    const answers = await say(`${lines.join('\n')}\n`, lines.length);
    expect(answers.map((answer) => (JSON.parse(answer) as { ok: boolean }).ok)).toEqual(
      lines.map((_, i) => i % 2 === 0),
    );
    const idle = Array.from({ length: 100 }, () =>
      connect(controlAddress(bench.dir)).on('error', () => undefined),
    );
    await stillAnswers();
    for (const socket of idle) socket.destroy();
  });
});
