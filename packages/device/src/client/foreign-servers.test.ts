/** Servers that are not like ours (interop-notes.md §4.2, §7): what the device puts up with. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { decode, type SyncMLMessage } from '@fumarole/syncml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, ROOT } from '../../test/bench.ts';

let bench: Bench;
let server: Server;
let said: SyncMLMessage[];
let answer: (message: SyncMLMessage, at: number) => string;
beforeEach(async () => {
  bench = await Bench.open();
  said = [];
  server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const message = decode(Buffer.concat(chunks), 'xml');
      said.push(message);
      const body = answer(message, said.length);
      response.writeHead(200, { 'Content-Type': 'application/vnd.syncml.dm+xml' }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await bench.close();
  server.closeAllConnections();
  server.close();
});

const SECRET = 'secret-of-device';

async function newDevice(server_?: {
  readonly scheme: 'md5';
  readonly name: string;
  readonly secret: string;
}) {
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/api/mdm?mode=x&a=b`;
  await bench.create({
    encoding: 'xml',
    accounts: [
      {
        serverId: 'fleet',
        url,
        allowHttp: true,
        client: { scheme: 'md5', name: 'd', secret: SECRET },
        ...(server_ === undefined ? {} : { server: server_ }),
      },
    ],
  });
  return bench.start();
}

const NONCE = Buffer.from('fleet-nonce-0001').toString('base64');

function isRight(message: SyncMLMessage): boolean {
  const md5 = (text: string) => createHash('md5').update(text).digest('base64');
  const digest = md5(`${md5(`d:${SECRET}`)}:fleet-nonce-0001`);
  return message.hdr.Cred?.Data === digest;
}

const status = (id: number, msgRef: number, cmdRef: string, cmd: string, code: number, chal = '') =>
  `<Status><CmdID>${id}</CmdID><MsgRef>${msgRef}</MsgRef><CmdRef>${cmdRef}</CmdRef><Cmd>${cmd}</Cmd>${chal}<Data>${code}</Data></Status>`;
const CHAL = `<Chal><Meta><Type xmlns="syncml:metinf">syncml:auth-md5</Type><Format xmlns="syncml:metinf">b64</Format><NextNonce xmlns="syncml:metinf">${NONCE}</NextNonce></Meta></Chal>`;
const frame = ({ hdr }: SyncMLMessage, body: string, { msgID = hdr.MsgID, final = true, resp = '' } = {}) =>
  `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>${hdr.SessionID}</SessionID><MsgID>${msgID}</MsgID><Target><LocURI>${hdr.Source.LocURI}</LocURI></Target><Source><LocURI>https://fleet.example</LocURI></Source>${resp}</SyncHdr><SyncBody>${body}${final ? '<Final/>' : ''}</SyncBody></SyncML>`;
const get = (id: number, uri: string) =>
  `<Get><CmdID>${id}</CmdID><Item><Target><LocURI>${uri}</LocURI></Target></Item></Get>`;
const kinds = (message: SyncMLMessage | undefined) => message?.body.map(({ kind }) => kind) ?? [];

describe('a server like Fleet’s', () => {
  it('I-040 I-041 I-042 I-043: challenges the SyncHdr alone, echoes MsgID, gives no Status to alerts, takes with 200 each time', async () => {
    answer = (message, at) => {
      const { MsgID } = message.hdr;
      if (at === 1) return frame(message, status(1, MsgID, '0', 'SyncHdr', 407, CHAL));
      // Every message has to carry its Cred: 200 takes this message only.
      if (!isRight(message)) return frame(message, status(1, MsgID, '0', 'SyncHdr', 401));
      const more = at === 2 ? get(2, './DevDetail/FwV') : at === 3 ? get(2, `${ROOT}/State`) : '';
      return frame(message, status(1, MsgID, '0', 'SyncHdr', 200) + more);
    };
    const device = await newDevice();
    expect(await device.poke()).toMatchObject({ outcome: 'ended' });
    expect(said).toHaveLength(4);
    expect(kinds(said[0])).toEqual(['Alert', 'Replace']);
    // The whole package again, although no command got a Status.
    expect(kinds(said[1])).toEqual(['Status', 'Alert', 'Replace']);
    expect(said.slice(1).every(isRight)).toBe(true);
    expect(kinds(said[3])).toEqual(['Status', 'Status', 'Results']);
    expect(said.map(({ hdr }) => hdr.MsgID)).toEqual([1, 2, 3, 4]);
    const refs = said
      .slice(1)
      .map(({ body }) => body.flatMap((one) => (one.kind === 'Status' ? [one.MsgRef] : [])));
    expect(refs).toEqual([[1], [2, 2], [3, 3]]);
  });

  it('I-044: a message without Final is asked for more, a few times', async () => {
    answer = (message) => frame(message, status(1, message.hdr.MsgID, '0', 'SyncHdr', 200), { final: false });
    const device = await newDevice();
    await device.poke();
    const more = said
      .slice(1)
      .filter(({ body }) => body.some((one) => one.kind === 'Alert' && one.Data === '1222'));
    expect(more.length).toBeGreaterThan(1);
    expect(said.length).toBeLessThan(60);
  });

  it.each([
    417, 503,
  ])('P-114: Status %i on the SyncHdr ends the session; what is owed goes out later, after a pause', async (code) => {
    answer = (message, at) =>
      at === 1
        ? frame(message, status(1, message.hdr.MsgID, '0', 'SyncHdr', code))
        : frame(
            message,
            status(1, message.hdr.MsgID, '0', 'SyncHdr', 200) +
              status(2, message.hdr.MsgID, '2', 'Alert', 200),
          );
    const device = await newDevice();
    expect(await device.poke()).toMatchObject({ outcome: 'failed' });
    expect(said).toHaveLength(1);
    expect(await device.poke()).toMatchObject({ outcome: 'ended' });
  });

  it('P-023: an answer that is no message: nothing is executed, the session has failed', async () => {
    answer = () => '<SyncML><SyncHdr/>';
    const device = await newDevice();
    expect(await device.poke()).toMatchObject({ outcome: 'failed' });
    expect(said).toHaveLength(1);
    answer = (message) => frame(message, status(1, message.hdr.MsgID, '0', 'SyncHdr', 200));
    expect(await device.poke()).toMatchObject({ outcome: 'ended' });
  });

  it('I-047: RespURI is asked next and is the Target of the next message', async () => {
    const address = () => {
      const at = server.address();
      return `http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}/resp?s=1`;
    };
    answer = (message, at) =>
      frame(
        message,
        status(1, message.hdr.MsgID, '0', 'SyncHdr', 200) + (at === 1 ? get(2, './DevDetail/FwV') : ''),
        {
          resp: `<RespURI>${address()}</RespURI>`,
        },
      );
    const device = await newDevice();
    await device.poke();
    expect(said[0]?.hdr.Target.LocURI).toContain('/api/mdm?mode=x&a=b');
    expect(said[1]?.hdr.Target.LocURI).toBe(address());
  });
});
