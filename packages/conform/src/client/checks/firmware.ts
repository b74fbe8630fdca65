import { randomBytes } from 'node:crypto';
import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { exec, get, replace } from '../../messages.ts';
import type { ClientPeer } from '../client-peer.ts';
import { awaitResult, checkResult, needIdle, resultsIn, rootOf, stateOf, type Wanted } from '../fumo.ts';
import type { Served } from '../http-listener.ts';
import type { ServerScript } from '../server-script.ts';
import { DESCRIPTOR_TYPE, descriptorOf, PACKAGE_TYPE } from './descriptor.ts';
import { known } from './sessions.ts';

type ClientCheck = Check<ClientPeer>;
type Operation = 'Download' | 'Update' | 'DownloadAndUpdate';

interface Scene {
  readonly client: ClientPeer;
  readonly session: ServerScript;
  readonly root: string;
  /** Names below the root. */
  readonly nodes: readonly string[];
}

function check(
  id: string,
  requirements: readonly string[],
  title: string,
  run: (scene: Scene) => Promise<void>,
): ClientCheck {
  return {
    id,
    requirements,
    title,
    run: async (client) => {
      const session = await known(client);
      const root = await rootOf(client, session);
      await needIdle(session, root);
      const nodes = ((await session.ask([get(root)])).text() ?? '').split('/');
      await run({ client, session, root, nodes });
    },
  };
}

/** The check ends its own session. */
const inOne = (
  id: string,
  requirements: readonly string[],
  title: string,
  run: (scene: Scene) => Promise<void>,
): ClientCheck =>
  check(id, requirements, title, async (scene) => {
    await run(scene);
    scene.session.end();
  });

/** An operation that downloads, if the client has one. */
function downloading({ nodes }: Scene): 'Download' | 'DownloadAndUpdate' {
  const found = (['Download', 'DownloadAndUpdate'] as const).find((name) => nodes.includes(name));
  need(found !== undefined, 'the client downloads nothing by itself');
  return found;
}

const object = inOne(
  'fumo-object',
  ['F-003', 'F-026', 'F-028', 'F-033', 'F-131', 'F-002'],
  'The root has the Type of FUMO, State, and one of Update and DownloadAndUpdate',
  async ({ session, root, nodes }) => {
    const answers = await session.ask([
      get(`${root}?prop=Type`),
      get(`${root}/State`),
      get(`${root}/State?prop=Format`),
    ]);
    must(answers.text(0) === 'urn:oma:mo:oma-fumo:1.0', `Type ${answers.text(0)}`);
    must(nodes.includes('State'), `no State: ${nodes.join('/')}`);
    must(nodes.includes('Update') || nodes.includes('DownloadAndUpdate'), nodes.join('/'));
    must(
      answers.code(1) === 200 && answers.text(2) === 'int',
      `State: ${answers.code(1)}, Format ${answers.text(2)}`,
    );
  },
);

const states = inOne(
  'fumo-state',
  ['F-043', 'F-061'],
  'State is one of the ten',
  async ({ session, root }) => {
    const state = await stateOf(session, root);
    must([10, 20, 30, 40, 50, 60, 70, 80, 90, 100].includes(state), `State ${state}`);
  },
);

const fixed = inOne(
  'fumo-fixed',
  ['F-033', 'F-034', 'F-032'],
  'State is not replaced, PkgData not read, a permanent root not deleted: 405 (425 without the right)',
  async ({ session, root, nodes }) => {
    const withData =
      nodes.includes('Update') &&
      ((await session.ask([get(`${root}/Update`)])).text() ?? '').split('/').includes('PkgData');
    const answers = await session.ask([
      replace(`${root}/State`, '50', { Format: 'int' }),
      ...(withData ? [get(`${root}/Update/PkgData`)] : []),
    ]);
    for (const [n, code] of answers.codes().entries())
      must(code === 405 || code === 425, `command ${n + 1} is answered ${code}`);
  },
);

const notExecutable = inOne(
  'fumo-not-executable',
  ['F-035', 'F-036'],
  'Exec of the root, of State and of an operation that is not there: 405, 425 or 404',
  async ({ session, root }) => {
    const answers = await session.ask([exec(root), exec(`${root}/State`), exec(`${root}/NoSuchOperation`)]);
    const [first, second, third] = answers.codes();
    must(first === 405 || first === 425, `Exec of the root is answered ${first}`);
    must(second === 405 || second === 425, `Exec of State is answered ${second}`);
    must(third === 404 || third === 406, `Exec of none is answered ${third}`);
  },
);

const longURL = inOne(
  'fumo-url',
  ['F-030', 'F-031', 'F-038'],
  'PkgURL keeps 2048 octets and percent-encoded characters',
  async (scene) => {
    const { session, root } = scene;
    const uri = `${root}/${downloading(scene)}/PkgURL`;
    const url = `http://127.0.0.1/${'a%20b%2Fc/'.repeat(300)}`.slice(0, 2048);
    const answers = await session.ask([replace(uri, url), get(uri)]);
    must(answers.code(0) === 200, `the Replace is answered ${answers.code(0)}`);
    must(answers.text(1) === url, `it comes back with ${answers.text(1)?.length} characters`);
    await session.ask([replace(uri, '')]);
  },
);

const emptyURL = inOne(
  'fumo-empty-url',
  ['F-065', 'F-068'],
  'Exec without a PkgURL: 405, and no result follows (or 202 and result 411)',
  async (scene) => {
    const { client, root } = scene;
    let { session } = scene;
    const operation = downloading(scene);
    await session.ask([replace(`${root}/${operation}/PkgURL`, '')]);
    const code = (await session.ask([exec(`${root}/${operation}`, 'empty')])).code();
    if (code === 202) {
      const late = await awaitResult(client, session);
      must(late.result.data === '411', `result ${late.result.data}`);
      session = late.session;
    } else {
      must(code === 405, `it is answered ${code}`);
      must(resultsIn(session.message).length === 0, 'a result follows 405');
    }
  },
);

const noPackage = inOne(
  'fumo-no-package',
  ['F-067', 'F-068'],
  'Exec Update without a package: 405, and no result follows',
  async ({ session, root, nodes }) => {
    need(nodes.includes('Update'), 'the client has no Update');
    need((await stateOf(session, root)) !== 50, 'a package is held');
    const code = (await session.ask([exec(`${root}/Update`, 'none')])).code();
    must(code === 405, `it is answered ${code}`);
    must(resultsIn(session.message).length === 0, 'a result follows 405');
  },
);

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

/** PkgURL is set, and the operation accepted. */
async function started(
  session: ServerScript,
  root: string,
  operation: Operation,
  url: string,
  correlator: string | undefined,
): Promise<void> {
  const set = await session.ask([replace(`${root}/${operation}/PkgURL`, url)]);
  must(set.code() === 200, `the Replace of PkgURL is answered ${set.code()}`);
  const code = (await session.ask([exec(`${root}/${operation}`, correlator)])).code();
  must(code === 202 || code === 200, `the Exec is answered ${code}`);
}

/** The result gets its Status; it must not come again in this session. */
async function acknowledged(session: ServerScript): Promise<void> {
  await session.ask([get('./DevInfo/Man')]);
  must(resultsIn(session.message).length === 0, 'the result comes again although it was acknowledged');
}

function typeOf(operation: Operation): Wanted['operation'] {
  return operation.toLowerCase() as Wanted['operation'];
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

export const FIRMWARE: CheckGroup<ClientPeer> = {
  id: 'firmware',
  title: 'The firmware update object and its failures',
  checks: [
    object,
    states,
    fixed,
    notExecutable,
    longURL,
    emptyURL,
    noPackage,
    ...FAILURES.map(failure),
    noCorrelator,
    noHint,
    resent,
    busy,
  ],
};
