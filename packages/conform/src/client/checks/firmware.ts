import { type CheckGroup, must, need } from '../../check.ts';
import { exec, get, replace } from '../../messages.ts';
import type { ClientPeer } from '../client-peer.ts';
import { awaitResult, resultsIn, stateOf } from '../fumo.ts';
import { downloading, inOne } from './firmware-scene.ts';

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

export const FIRMWARE: CheckGroup<ClientPeer> = {
  id: 'firmware',
  title: 'The firmware update object',
  checks: [object, states, fixed, notExecutable, longURL, emptyURL, noPackage],
};
