import { randomBytes } from 'node:crypto';
import { type Check, type CheckGroup, must, need, Violation } from '../../check.ts';
import { exec, get, replace } from '../../messages.ts';
import type { ClientPeer, TestPackage } from '../client-peer.ts';
import {
  awaitResult,
  checkResult,
  needIdle,
  type Result,
  resultsIn,
  rootOf,
  stateOf,
  TYPES,
  type Wanted,
} from '../fumo.ts';
import type { ServerScript } from '../server-script.ts';
import { DESCRIPTOR_TYPE, descriptorOf, PACKAGE_TYPE } from './descriptor.ts';
import { known } from './sessions.ts';

type ClientCheck = Check<ClientPeer>;

interface Scene {
  readonly client: ClientPeer;
  readonly root: string;
  readonly nodes: readonly string[];
  readonly pack: TestPackage;
}

const SUCCESS = [200];
/** State after a success, cleaned up or not. */
const DONE = [90, 100, 10];

/** A flow takes a package of its own: the device runs other firmware afterwards. */
function flow(
  id: string,
  requirements: readonly string[],
  title: string,
  needs: readonly string[],
  run: (scene: Scene, session: ServerScript) => Promise<ServerScript>,
): ClientCheck {
  return {
    id,
    requirements: [
      ...requirements,
      'F-001',
      'F-005',
      'F-051',
      'F-069',
      'F-076',
      'F-078',
      'F-079',
      'F-081',
      'F-095',
    ],
    title,
    run: async (client) => {
      const session = await known(client);
      const root = await rootOf(client, session);
      await needIdle(session, root);
      const nodes = ((await session.ask([get(root)])).text() ?? '').split('/');
      for (const node of needs) need(nodes.includes(node), `the client has no ${node}`);
      const pack = client.takePackage();
      need(pack !== undefined, 'no package is left for it (see --package)');
      const last = await run({ client, root, nodes, pack }, session);
      const answers = await last.ask([get('./DevDetail/FwV'), get(`${root}/State`)]);
      must(resultsIn(last.message).length === 0, 'the result comes again although it was acknowledged');
      if (pack.version !== undefined)
        must(answers.text(0) === pack.version, `FwV is ${answers.text(0)}, not ${pack.version}`);
      must(DONE.includes(Number(answers.text(1))), `State ${answers.text(1)} after the success`);
      last.end();
    },
  };
}

const newCorrelator = (): string => `conform-${randomBytes(4).toString('hex')}`;

/** Exec is accepted; its result is as it must be. The session that brought it. */
async function execute(
  { client, root }: Scene,
  session: ServerScript,
  operation: 'Download' | 'Update' | 'DownloadAndUpdate',
): Promise<ServerScript> {
  const correlator = newCorrelator();
  const code = (await session.ask([exec(`${root}/${operation}`, correlator)])).code();
  must(code === 202 || code === 200, `Exec ${operation} is answered ${code}`);
  const { session: later, result } = await awaitResult(client, session);
  checkResult(result, {
    root,
    operation: operation.toLowerCase() as Wanted['operation'],
    correlator,
    codes: SUCCESS,
  });
  return later;
}

/** PkgURL names the package, or a descriptor of it. */
async function offer(
  { client, root, pack }: Scene,
  session: ServerScript,
  operation: 'Download' | 'DownloadAndUpdate',
  by: 'url' | 'descriptor',
): Promise<void> {
  const packageURL = client.serve({ type: PACKAGE_TYPE, body: pack.octets });
  const notify = `<installNotifyURI>${client.url.replace(/\/dm$/, '/notify')}</installNotifyURI>`;
  const url =
    by === 'url'
      ? packageURL
      : client.serve({
          type: DESCRIPTOR_TYPE,
          body: Buffer.from(descriptorOf(packageURL, pack.octets.length, notify)),
        });
  const set = await session.ask([replace(`${root}/${operation}/PkgURL`, url)]);
  must(set.code() === 200, `the Replace of PkgURL is answered ${set.code()}`);
}

function mustReport({ client }: Scene): void {
  const codes = client.reports.splice(0).map(({ text }) => text.trim().split(' ')[0]);
  must(codes.includes('900'), `the install-notify reports are ${codes.join(', ') || 'none'}, not 900`);
}

/** PkgData in as many pieces as the client's MaxMsgSize asks for. */
async function send({ client, root, pack }: Scene, session: ServerScript): Promise<void> {
  const xml = client.encoding === 'xml';
  const room = Math.max(1000, Math.min(session.maxMsgSize ?? 5000, 60_000) - 1500);
  const step = xml ? Math.floor(room / 4) * 3 : room;
  const Size = xml ? Math.ceil(pack.octets.length / 3) * 4 : pack.octets.length;
  for (let at = 0; at < pack.octets.length; at += step) {
    const piece = pack.octets.subarray(at, at + step);
    const last = at + step >= pack.octets.length;
    const item = {
      Target: { LocURI: `${root}/Update/PkgData` },
      Meta: { Format: xml ? 'b64' : 'bin', ...(at === 0 ? { Size } : {}) },
      Data: xml ? Buffer.from(piece).toString('base64') : piece,
      ...(last ? {} : { MoreData: true }),
    };
    const answer = await session.say([{ kind: 'Replace', items: [item] }], {
      final: last,
      statuses: last ? 'all' : 'header',
    });
    const status = answer.body.find((one) => one.kind === 'Status' && one.Cmd === 'Replace');
    const code = status?.kind === 'Status' ? status.Data : undefined;
    must(code === (last ? 200 : 213), `the piece at ${at} is answered ${code}`);
  }
}

const largeObject = flow(
  'flow-a',
  ['F-010', 'F-023', 'F-046', 'F-049', 'F-025', 'F-016'],
  'A: the package comes by Replace of PkgData as a large object; Exec Update in a later session; result 200',
  ['Update'],
  async (scene, session) => {
    const below = ((await session.ask([get(`${scene.root}/Update`)])).text() ?? '').split('/');
    need(below.includes('PkgData'), 'the client has no PkgData');
    await send(scene, session);
    must((await stateOf(session, scene.root)) === 50, 'State is not 50 after the last piece');
    session.end();
    await scene.client.settle();
    return execute(scene, await known(scene.client), 'Update');
  },
);

function downloadThenUpdate(
  id: string,
  title: string,
  by: 'url' | 'descriptor',
  more: readonly string[],
): ClientCheck {
  return flow(
    id,
    ['F-013', 'F-015', 'F-024', 'F-044', 'F-049', 'F-025', ...more],
    title,
    ['Download', 'Update'],
    async (scene, session) => {
      await offer(scene, session, 'Download', by);
      const later = await execute(scene, session, 'Download');
      must((await stateOf(later, scene.root)) === 50, `State is not 50 after the download`);
      if (by === 'descriptor') mustReport(scene);
      return execute(scene, later, 'Update');
    },
  );
}

function downloadAndUpdate(
  id: string,
  title: string,
  by: 'url' | 'descriptor',
  more: readonly string[],
): ClientCheck {
  return flow(
    id,
    ['F-018', 'F-024', 'F-045', 'F-025', 'F-066', ...more],
    title,
    ['DownloadAndUpdate'],
    async (scene, session) => {
      await offer(scene, session, 'DownloadAndUpdate', by);
      const later = await execute(scene, session, 'DownloadAndUpdate');
      if (by === 'descriptor') mustReport(scene);
      return later;
    },
  );
}

const requested = flow(
  'flow-e',
  ['F-019', 'F-114', 'F-115', 'F-116', 'F-121'],
  'E: the client asks for an update (userrequest or devicerequest); one that does nothing, then DownloadAndUpdate; result 200',
  ['DownloadAndUpdate'],
  async (scene, session) => {
    session.end();
    await scene.client.settle();
    need(scene.client.target.request !== undefined, 'nothing makes the client ask (see --request)');
    (await (await asking(scene)).login()).end();
    await scene.client.settle();
    const again = await (await asking(scene)).login();
    await offer(scene, again, 'DownloadAndUpdate', 'url');
    return execute(scene, again, 'DownloadAndUpdate');
  },
);

/** Sessions that were under way already are let go by. */
const OTHER_SESSIONS = 3;

/** The session that carries a request, as FUMO §7 has it. */
async function asking({ client, root }: Scene): Promise<ServerScript> {
  for (let others = 0; others <= OTHER_SESSIONS; others += 1) {
    const session = await client.session('request');
    const [request] = resultsIn(session.message);
    if (request !== undefined) {
      mustBeRequest(request, root);
      return session;
    }
    (await session.login()).end();
  }
  throw new Violation(`${OTHER_SESSIONS + 1} sessions carry no request`);
}

function mustBeRequest(request: Result, root: string): void {
  const type = request.type.replace(/^Reversed-Domain-Name:/, '').trim();
  must([`${TYPES}.userrequest`, `${TYPES}.devicerequest`].includes(type), `Type ${request.type}`);
  must(request.alert.items[0]?.Data !== undefined, 'no Data element');
  must(request.format !== undefined, 'no Format');
  must(request.correlator === undefined, 'a request has no Correlator');
  must(request.source === undefined || request.source === root, `Source ${request.source}`);
}

export const FLOWS: CheckGroup<ClientPeer> = {
  id: 'flows',
  title: 'Whole updates, a package for each',
  checks: [
    largeObject,
    downloadThenUpdate(
      'flow-b-url',
      'B: Download from a URL, result 200, State 50; Update, result 200',
      'url',
      [],
    ),
    downloadThenUpdate(
      'flow-b-descriptor',
      'B: Download by a descriptor with its report 900, result 200, State 50; Update, result 200',
      'descriptor',
      ['F-014', 'D-003'],
    ),
    downloadAndUpdate('flow-d-url', 'D: DownloadAndUpdate from a URL; one result, 200', 'url', []),
    downloadAndUpdate(
      'flow-d-descriptor',
      'D: DownloadAndUpdate by a descriptor with its report 900; one result, 200',
      'descriptor',
      ['F-014', 'D-003'],
    ),
    requested,
  ],
};
