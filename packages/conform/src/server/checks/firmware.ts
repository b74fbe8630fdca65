import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { MAX_ROUNDS } from '../../limits.ts';
import { alert, typedItem, type Unnumbered } from '../../messages.ts';
import { asked, inShort, statusesOf, textOf } from '../../reading.ts';
import type { DeviceSession, Heard } from '../device-session.ts';
import { FUMO_ROOT, FumoDevice, type FumoShape } from '../fumo-device.ts';
import { httpPost } from '../http-post.ts';
import type { ServerPeer } from '../server-peer.ts';

const TYPES = 'org.openmobilealliance.dm.firmwareupdate';
/** Sessions in which a server that has an update must have started it. */
const SESSIONS = 3;
/** Messages of a large object: a package of some hundred kilobytes in small messages. */
const ROUNDS: number = MAX_ROUNDS * 20;

/** Answers all that the server asks, until it has nothing more to ask. */
async function serve(
  server: ServerPeer,
  session: DeviceSession,
  first: Heard,
  device: FumoDevice,
): Promise<void> {
  let heard = first;
  for (let round = 0; asked(heard.message).length > 0; round += 1) {
    must(round < ROUNDS, 'the server does not end the session');
    const { message } = heard;
    const answers = asked(message).flatMap((one) => device.answer(one, message.hdr.MsgID, server.target));
    const more: readonly Unnumbered[] = message.final ? [] : [alert(1222)];
    heard = await session.say([session.headerStatus(message), ...answers, ...more], { final: message.final });
  }
}

/** Sessions until the server executes something. @throws Inconclusive when it has no update for the device. */
async function untilExec(server: ServerPeer, shape: FumoShape): Promise<FumoDevice> {
  const device = new FumoDevice(shape);
  for (let sessions = 0; sessions < SESSIONS; sessions += 1) {
    const session = server.session();
    await serve(server, session, await session.open(), device);
    if (device.deeds.some(({ kind }) => kind === 'Exec')) return device;
  }
  need(false, 'the server starts no update on this device');
  return device;
}

/** Exec comes once, in a message behind the answer to what it needs, with a Correlator. */
function checkExec(device: FumoDevice): string {
  const execs = device.deeds.filter(({ kind }) => kind === 'Exec');
  const [exec] = execs;
  must(exec !== undefined && execs.length === 1, `${execs.length} Execs`);
  must(exec.uri === device.operation, `Exec of ${exec.uri}`);
  must((exec.correlator ?? '') !== '', 'the Exec has no Correlator');
  const before = device.deeds.filter(({ kind }) => kind === 'Replace').at(-1);
  must(before !== undefined, 'Exec without a Replace before it');
  must(before.message < exec.message, 'Exec in the message of its Replace, before that was answered');
  return exec.correlator ?? '';
}

/** The result in the next session is acknowledged, and again when it is repeated. */
async function report(
  server: ServerPeer,
  device: FumoDevice,
  operation: string,
  Correlator: string,
): Promise<void> {
  device.state = '100';
  for (let time = 1; time <= 2; time += 1) {
    const session = server.session();
    const result = alert(1226, typedItem(`${TYPES}.${operation}`, '200', { Source: { LocURI: FUMO_ROOT } }));
    const heard = await session.open([{ ...result, Correlator }]);
    const code = statusesOf(heard.message, session.msgID, '3')[0]?.Data;
    must(code === 200 || code === 202, `the result is answered ${code}: ${inShort(heard.message)}`);
    const before = device.deeds.length;
    await serve(server, session, heard, device);
    const again = device.deeds.slice(before).find(({ kind }) => kind === 'Exec');
    must(again === undefined, 'the operation is started again after its success');
  }
}

const byUrl: Check<ServerPeer> = {
  id: 'update-by-url',
  requirements: ['F-004', 'F-018', 'F-024', 'F-072', 'F-132', 'F-040', 'F-088', 'F-089', 'F-042'],
  title:
    'An update by URL: PkgURL is set and answered before Exec DownloadAndUpdate, with a Correlator; its result is acknowledged',
  run: async (server) => {
    const device = await untilExec(server, 'url');
    const correlator = checkExec(device);
    const url = textOf(device.deeds.find(({ kind }) => kind === 'Replace')?.item.Data);
    must(/^https?:\/\//.test(url), 'PkgURL is no http URL');
    const { timeoutMs, ca } = server.target;
    const fetched = await httpPost(
      { url, method: 'GET', headers: {}, body: new Uint8Array(0) },
      { timeoutMs, ca },
    );
    must(
      fetched.status === 200 && fetched.octets.length > 0,
      `the PkgURL is answered HTTP ${fetched.status}`,
    );
    await report(server, device, 'downloadandupdate', correlator);
  },
};

const byData: Check<ServerPeer> = {
  id: 'update-by-data',
  requirements: ['P-060', 'P-061', 'F-010', 'F-123', 'F-132', 'F-072', 'F-088', 'F-089', 'F-042', 'F-023'],
  title:
    'An update by large object: Size in the first piece only, MoreData in all but the last, Exec Update after the last was answered',
  run: async (server) => {
    const device = await untilExec(server, 'data');
    const pieces = device.deeds.filter(({ kind }) => kind === 'Replace');
    need(pieces.length >= 3, `the package came in ${pieces.length} pieces`);
    must(pieces[0]?.item.Meta?.Size !== undefined, 'no Size in the first piece');
    const again = pieces.slice(1).findIndex(({ item }) => item.Meta?.Size !== undefined);
    must(again < 0, `Size again in piece ${again + 2}`);
    must(
      pieces.slice(0, -1).every(({ item }) => item.MoreData === true),
      'MoreData is missing before the last piece',
    );
    must(pieces.at(-1)?.item.MoreData !== true, 'MoreData in the last piece');
    const gap = pieces.findIndex(
      ({ message }, at) => at > 0 && message !== (pieces[at - 1]?.message ?? 0) + 1,
    );
    must(gap < 0, `piece ${gap + 1} does not follow in the next message`);
    await report(server, device, 'update', checkExec(device));
  },
};

export const FIRMWARE: CheckGroup<ServerPeer> = {
  id: 'firmware',
  title: 'Whole updates, for a device that the server has one for',
  checks: [byUrl, byData],
};
