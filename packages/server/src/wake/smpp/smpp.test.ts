import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePush, SmsReassembly } from '@fumarole/dm/notification';
import { TestAuthority } from '@fumarole/testkit/certificates';
import { type SmscOptions, TestSmsc } from '@fumarole/testkit/smsc';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryReport, PushMessage } from '../channel.ts';
import { type SmppChannel, smppChannel } from './channel.ts';
import type { SmppOptions } from './options.ts';
import { sameMessageId } from './receipt.ts';

let folder: string;
const opened: (() => Promise<void>)[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fumarole-smpp-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

interface Bench {
  readonly smsc: TestSmsc;
  readonly channel: SmppChannel;
  readonly reports: (DeliveryReport & { readonly also: readonly string[] })[];
  readonly states: string[];
}

async function bench(more: Partial<SmppOptions> = {}, centre: SmscOptions = {}): Promise<Bench> {
  const smsc = await TestSmsc.open(centre);
  opened.push(() => smsc.close());
  return connect(smsc, more);
}

function connect(smsc: TestSmsc, more: Partial<SmppOptions> = {}): Bench {
  const reports: Bench['reports'] = [];
  const states: string[] = [];
  const url = `smpp://127.0.0.1:${smsc.port}`;
  const channel = smppChannel(
    { url, systemId: 'fumarole', password: 'secret', perSecond: 1_000, ...more },
    {
      onReport: async (report, also) => void reports.push({ ...report, also }),
      onState: (bound, why) => void states.push(bound ? 'bound' : why),
      reconnectMs: 5,
      enquireLinkMs: 50,
    },
  );
  opened.push(() => channel.close());
  return { smsc, channel, reports, states };
}

const push = (octets: number): PushMessage => {
  const body = Uint8Array.from({ length: octets }, (_, at) => at & 0xff);
  return { contentType: '', applicationId: '', body, pdu: encodePush(body) };
};
const TEL = 'tel:+491701234567';

describe('a message', () => {
  it('N-053: is one submit_sm with 8-bit data, a header and a receipt asked for', async () => {
    const { smsc, channel } = await bench({ from: '+4912345', dataCoding: 245 });
    expect(await channel.send(TEL, push(38))).toEqual({ references: ['smpp:A1'] });
    expect(smsc.messages).toMatchObject([
      { to: '491701234567', from: '4912345', dataCoding: 245, esmClass: 0x40, wantsReceipt: true },
    ]);
    const [sms] = smsc.messages;
    expect(new SmsReassembly().add('', sms?.userData ?? new Uint8Array(), 0)).toMatchObject({
      destinationPort: 2948,
      data: push(38).pdu,
    });
  });

  it('N-054: longer than one leaves in parts that come together again', async () => {
    const { smsc, channel } = await bench({ receipts: false });
    expect(await channel.send(TEL, push(600))).toEqual({ references: [] });
    expect(smsc.messages).toHaveLength(5);
    expect(smsc.messages.every(({ wantsReceipt, userData }) => !wantsReceipt && userData.length <= 140)).toBe(
      true,
    );
    const inbox = new SmsReassembly();
    const whole = smsc.messages.map(({ userData }) => inbox.add('', userData, 0)).at(-1);
    expect(whole).toMatchObject({ data: push(600).pdu });
  });

  it('waits while the gateway throttles, and goes out once', async () => {
    const { smsc, channel } = await bench();
    smsc.answers.push(0x58, 0x14);
    const started = Date.now();
    await channel.send(TEL, push(10));
    expect(Date.now() - started).toBeGreaterThan(500 + 1_000 - 50);
    expect(smsc.messages).toHaveLength(1);
  });

  it('is refused for good, or for now, in the words of the gateway', async () => {
    const { smsc, channel } = await bench();
    smsc.answers.push(0x0b, 0x08);
    await expect(channel.send(TEL, push(10))).rejects.toMatchObject({ code: 'refused', temporary: false });
    await expect(channel.send(TEL, push(10))).rejects.toMatchObject({
      code: 'gateway-failed',
      temporary: true,
    });
    await expect(channel.send('tel:12', push(10))).rejects.toMatchObject({ code: 'bad-address' });
  });

  it('keeps to the window and to the rate', async () => {
    const { smsc, channel } = await bench({ window: 2, perSecond: 20 });
    let most = 0;
    smsc.onMessage = () => {
      most = Math.max(most, channel.waiting);
    };
    const started = Date.now();
    await Promise.all(Array.from({ length: 6 }, () => channel.send(TEL, push(10))));
    expect(Date.now() - started).toBeGreaterThan(5 * 50 - 20);
    expect(smsc.messages).toHaveLength(6);
    expect(most).toBe(6);
    expect(channel.waiting).toBe(0);
  });
});

describe('receipts', () => {
  it('come under each name that may be meant, with the network’s words', async () => {
    const { smsc, channel, reports } = await bench();
    await channel.send(TEL, push(10));
    smsc.receipt('161', 'DELIVRD');
    await expect.poll(() => reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ state: 'delivered', text: 'DELIVRD, error 000' });
    expect(reports[0]?.also).toContain('smpp:A1');
    smsc.receipt('A1', 'UNDELIV');
    smsc.receipt('', '', { receipted_message_id: 'A1', message_state: 3, short_message: '' });
    smsc.receipt('A1', 'ENROUTE');
    await expect.poll(() => reports).toHaveLength(4);
    expect(reports.slice(1).map(({ state, reference }) => [state, reference])).toEqual([
      ['failed', 'smpp:A1'],
      ['failed', 'smpp:A1'],
      ['pending', 'smpp:A1'],
    ]);
  });

  it('that are none, and messages of phones, are taken and forgotten', async () => {
    const { smsc, channel, reports, states } = await bench();
    await channel.send(TEL, push(10));
    smsc.receipt('A1', 'NONSENSE');
    smsc.receipt('A1', 'DELIVRD', { esm_class: 0 });
    smsc.receipt('x'.repeat(80), 'DELIVRD');
    smsc.receipt('A1', 'DELIVRD');
    await expect.poll(() => reports).toHaveLength(1);
    expect(states).toEqual(['bound']);
  });

  it('name a message in decimal or hexadecimal', () => {
    expect(sameMessageId('0000000161')).toEqual(expect.arrayContaining(['0000000161', '161', 'a1', 'A1']));
    expect(sameMessageId('A1')).toContain('161');
    expect(sameMessageId('not-a-number')).toEqual(['not-a-number', 'NOT-A-NUMBER']);
  });
});

describe('the connection', () => {
  it('is made again after it broke', async () => {
    const { smsc, channel, states } = await bench();
    await channel.send(TEL, push(10));
    smsc.drop();
    await expect.poll(() => states).toEqual(['bound', 'the gateway closed the connection', 'bound']);
    await channel.send(TEL, push(10));
    expect(smsc.binds).toBe(2);
    expect(smsc.messages).toHaveLength(2);
  });

  it('that no longer answers is given up', async () => {
    const { smsc, channel, states } = await bench();
    smsc.silent = (command) => command === 'submit_sm';
    await expect.poll(() => channel.bound).toBe(true);
    const lost = channel.send(TEL, push(10));
    lost.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    smsc.silent = () => false;
    smsc.drop();
    await expect(lost).rejects.toMatchObject({ code: 'no-answer', temporary: true });
    await expect.poll(() => smsc.binds).toBe(2);
    expect(states.slice(0, 2)).toEqual(['bound', 'the gateway closed the connection']);
  });

  it('that sends what is no SMPP is closed and made again', async () => {
    const { smsc, channel } = await bench();
    await expect.poll(() => channel.bound).toBe(true);
    smsc.rubbish(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await expect.poll(() => smsc.binds).toBe(2);
    await expect.poll(() => channel.bound).toBe(true);
    smsc.rubbish(Buffer.from('0000000a000000050000', 'hex'));
    await expect.poll(() => smsc.binds).toBe(3);
    await channel.send(TEL, push(10));
  });

  it('with a wrong password is not tried in a hurry', async () => {
    const { smsc, states } = await bench({ password: 'guess' });
    await expect.poll(() => states).toHaveLength(1);
    expect(states[0]).toMatch(/login with status 0xe/);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(smsc.binds).toBe(0);
    expect(states).toHaveLength(1);
  });

  it('ends politely, and messages that wait are told so', async () => {
    const smsc = await TestSmsc.open();
    const { channel } = connect(smsc);
    await channel.send(TEL, push(10));
    await smsc.close();
    const told = expect(channel.send(TEL, push(10))).rejects.toMatchObject({
      code: expect.stringMatching(/no-connection|no-answer/),
    });
    await channel.close();
    await told;
  });

  it('speaks TLS, and only with a gateway that its authority knows', async () => {
    const authority = new TestAuthority();
    const smsc = await TestSmsc.open({ tls: authority.issue({ name: 'smsc' }) });
    opened.push(() => smsc.close());
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, authority.cert);
    const url = `smpps://127.0.0.1:${smsc.port}`;
    const { channel } = connect(smsc, { url, caFile });
    await channel.send(TEL, push(10));
    expect(smsc.messages).toHaveLength(1);
    const stranger = connect(smsc, { url });
    await expect.poll(() => stranger.states).not.toEqual([]);
    expect(stranger.states[0]).toMatch(/certificate|issuer/);
    expect(smsc.binds).toBe(1);
  });
});
