import { randomBytes } from 'node:crypto';
import { type CheckGroup, must, need } from '../../check.ts';
import { exec, replace } from '../../messages.ts';
import type { ClientPeer } from '../client-peer.ts';
import { awaitResult, checkResult, resultsIn, stateOf } from '../fumo.ts';
import type { Served } from '../http-listener.ts';
import type { ServerScript } from '../server-script.ts';
import { DESCRIPTOR_TYPE, descriptorOf, PACKAGE_TYPE } from './descriptor.ts';
import { acknowledged, type ClientCheck, check, downloading, started, typeOf } from './firmware-scene.ts';

interface Failure {
  readonly id: string;
  readonly requirements: readonly string[];
  readonly title: string;
  readonly served: Served | undefined;
  readonly codes: readonly number[];
  readonly descriptor?: (url: string, length: number) => string;
}

const RUBBISH: Uint8Array = Buffer.from('this is no firmware package at all. '.repeat(40));

/** What goes wrong with a download, and what the client may say of it. */
const FAILURES: readonly Failure[] = [
  {
    id: 'download-rubbish',
    requirements: ['F-097', 'F-048', 'F-135'],
    title: 'A package that is none',
    served: { type: PACKAGE_TYPE, body: RUBBISH },
    codes: [402, 403, 404, 405, 408],
  },
  {
    id: 'download-nothing',
    requirements: ['F-106', 'F-048'],
    title: 'A PkgURL that leads to nothing (HTTP 404)',
    served: undefined,
    codes: [411, 412, 500],
  },
  {
    id: 'download-server-error',
    requirements: ['F-108', 'F-048'],
    title: 'A download server that fails (HTTP 500)',
    served: { type: 'text/plain', status: 500, body: Buffer.from('no') },
    codes: [500, 412],
  },
  {
    id: 'download-type',
    requirements: ['F-100'],
    title: 'A download of a type that is no package (image/png)',
    served: { type: 'image/png', body: RUBBISH },
    codes: [405, 402, 403, 404, 408],
  },
  {
    id: 'descriptor-rubbish',
    requirements: ['F-014', 'F-048'],
    title: 'A descriptor that is no XML',
    served: { type: DESCRIPTOR_TYPE, body: Buffer.from('<media><type>') },
    codes: [400, 402, 405, 408, 409, 411],
  },
  {
    id: 'descriptor-size',
    requirements: ['D-030', 'F-097'],
    title: 'A descriptor that announces more octets than there are',
    served: { type: PACKAGE_TYPE, body: RUBBISH },
    codes: [402, 404, 409],
    descriptor: (url, length) => descriptorOf(url, length + 100),
  },
];

function failure({ id, requirements, title, served, codes, descriptor }: Failure): ClientCheck {
  return check(
    id,
    [...requirements, 'F-013', 'F-063', 'F-069', 'F-076', 'F-078', 'F-079', 'F-081', 'F-082', 'F-084'],
    `${title}: 202, then one result of ${codes.join(', ')} with the Correlator of the Exec, and State 20 (or 10)`,
    async (scene) => {
      const { client, session, root } = scene;
      const operation = downloading(scene);
      const packageURL =
        served === undefined
          ? client.serve({ type: PACKAGE_TYPE, status: 404, body: new Uint8Array(0) })
          : client.serve(served);
      const url =
        descriptor === undefined
          ? packageURL
          : client.serve({
              type: DESCRIPTOR_TYPE,
              body: Buffer.from(descriptor(packageURL, served?.body.length ?? 0)),
            });
      const correlator = `conform-${randomBytes(4).toString('hex')}`;
      await started(session, root, operation, url, correlator);
      const { session: later, result } = await awaitResult(client, session);
      checkResult(result, { root, operation: typeOf(operation), correlator, codes });
      await acknowledged(later);
      const state = await stateOf(later, root);
      must([20, 10, 70, 80].includes(state), `State ${state} after the failure`);
      later.end();
    },
  );
}

const noCorrelator = check(
  'result-without-correlator',
  ['F-077', 'P-038'],
  'An Exec without Correlator has a result without Correlator',
  async (scene) => {
    const { client, session, root } = scene;
    const operation = downloading(scene);
    await started(
      session,
      root,
      operation,
      client.serve({ type: PACKAGE_TYPE, status: 404, body: new Uint8Array(0) }),
      undefined,
    );
    const { session: later, result } = await awaitResult(client, session);
    checkResult(result, { root, operation: typeOf(operation), correlator: undefined });
    await acknowledged(later);
    later.end();
  },
);

const resent = check(
  'result-resent',
  ['F-085', 'F-084'],
  'A result that is not acknowledged comes again in a later session, the same; acknowledged, it does not',
  async (scene) => {
    const { client, session, root } = scene;
    const operation = downloading(scene);
    const correlator = `conform-${randomBytes(4).toString('hex')}`;
    await started(
      session,
      root,
      operation,
      client.serve({ type: PACKAGE_TYPE, status: 404, body: new Uint8Array(0) }),
      correlator,
    );
    const { session: first, result } = await awaitResult(client, session);
    await first.tell([], { statuses: 'header', malformed: true }, client.target.quietMs);
    const { session: second, result: again } = await awaitResult(client, await fresh(client));
    must(again.correlator === result.correlator && again.data === result.data, 'another result comes');
    await acknowledged(second);
    second.end();
    await client.settle();
    const third = await (await client.session()).login();
    must(resultsIn(third.message).length === 0, 'the result comes again although it was acknowledged');
    third.end();
  },
);

async function fresh(client: ClientPeer): Promise<ServerScript> {
  return (await client.session()).login();
}

const noHint = check(
  'exec-data',
  ['F-071'],
  'Data of an Exec that FUMO does not define is ignored',
  async (scene) => {
    const { client, session, root } = scene;
    const operation = downloading(scene);
    await session.ask([
      replace(
        `${root}/${operation}/PkgURL`,
        client.serve({ type: PACKAGE_TYPE, status: 404, body: new Uint8Array(0) }),
      ),
    ]);
    const code = (await session.ask([exec(`${root}/${operation}`, 'with-data', '<hint>now</hint>')])).code();
    must(code === 202 || code === 200, `the Exec is answered ${code}`);
    const { session: later } = await awaitResult(client, session);
    await acknowledged(later);
    later.end();
  },
);

const busy = check(
  'fumo-busy',
  ['F-070', 'F-136', 'F-044'],
  'While an operation runs a second Exec, and a Replace of the PkgURL in use, are refused and disturb nothing',
  async (scene) => {
    const { client, session, root } = scene;
    const operation = downloading(scene);
    const correlator = `conform-${randomBytes(4).toString('hex')}`;
    await started(session, root, operation, client.slowly(RUBBISH), correlator);
    const state = await stateOf(session, root);
    need(state === 30, `the operation is not running any more (State ${state})`);
    const second = await session.ask([
      exec(`${root}/${operation}`, 'second'),
      replace(`${root}/${operation}/PkgURL`, 'http://127.0.0.1/other'),
    ]);
    client.hurry();
    must([403, 405].includes(second.code(0) ?? 0), `the second Exec is answered ${second.code(0)}`);
    must(
      second.code(1) === 403 || second.code(1) === 405,
      `the Replace of the URL in use is answered ${second.code(1)}`,
    );
    const { session: later, result } = await awaitResult(client, session);
    must(result.correlator === correlator, `the result has Correlator ${result.correlator}`);
    await acknowledged(later);
    later.end();
  },
);

export const DOWNLOADS: CheckGroup<ClientPeer> = {
  id: 'downloads',
  title: 'Operations that fail, and their results',
  checks: [...FAILURES.map(failure), noCorrelator, noHint, resent, busy],
};
