import type { Item } from '@fumarole/syncml';
import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { get, type Unnumbered } from '../../messages.ts';
import { alerts, inShort } from '../../reading.ts';
import type { ClientPeer } from '../client-peer.ts';
import { needIdle, rootOf, stateOf } from '../fumo.ts';
import type { ServerScript } from '../server-script.ts';
import { known } from './sessions.ts';

type ClientCheck = Check<ClientPeer>;

const OBJECT: Uint8Array = Buffer.from(
  'not a firmware package, but long enough to be sent in pieces. '.repeat(60),
);

interface Scene {
  readonly client: ClientPeer;
  readonly session: ServerScript;
  readonly uri: string;
  readonly root: string;
  /** The next piece; `data` as the encoding wants it. */
  piece(data: Uint8Array, item?: Partial<Item>): Unnumbered;
  /** Size of the whole as carried. */
  readonly size: number;
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
      const lrgObj = await session.ask([get('./DevDetail/LrgObj')]);
      need(/^(true|1)$/i.test(lrgObj.text() ?? ''), 'the client has no large objects (DevDetail/LrgObj)');
      const root = await rootOf(client, session);
      await needIdle(session, root);
      const names = await session.ask([get(`${root}/Update`)]);
      need((names.text() ?? '').split('/').includes('PkgData'), 'the client has no PkgData');
      const xml = client.encoding === 'xml';
      const uri = `${root}/Update/PkgData`;
      const size = xml ? Buffer.from(OBJECT).toString('base64').length : OBJECT.length;
      const piece = (data: Uint8Array, { Meta, ...item }: Partial<Item> = {}): Unnumbered => ({
        kind: 'Replace',
        items: [
          {
            Target: { LocURI: uri },
            Meta: { Format: xml ? 'b64' : 'bin', Type: 'application/octet-stream', ...Meta },
            Data: xml ? Buffer.from(data).toString('base64') : data,
            ...item,
          },
        ],
      });
      await run({ client, session, uri, root, piece, size });
      session.end();
    },
  };
}

/** Cuts at multiples of three, so that base64 pieces join. */
const THIRD: number = Math.floor(OBJECT.length / 9) * 3;
const PIECES: readonly Uint8Array[] = [
  OBJECT.subarray(0, THIRD),
  OBJECT.subarray(THIRD, 2 * THIRD),
  OBJECT.subarray(2 * THIRD),
];

/** Says one piece; the code of its Status. */
async function send({ session }: Scene, command: Unnumbered, final: boolean): Promise<number | undefined> {
  const answer = await session.say([command], { final, statuses: final ? 'all' : 'header' });
  const statuses = answer.body.filter((one) => one.kind === 'Status' && one.Cmd === 'Replace');
  const [only] = statuses;
  return only?.kind === 'Status' ? only.Data : undefined;
}

async function first(scene: Scene): Promise<void> {
  const { session, piece, size } = scene;
  const code = await send(scene, piece(PIECES[0] ?? OBJECT, { Meta: { Size: size }, MoreData: true }), false);
  must(code === 213, `the first piece is answered ${code}`);
  must(alerts(session.message, 1222).length === 1 && !session.message.final, inShort(session.message));
}

const whole = check(
  'large-receive',
  ['P-061', 'F-124', 'F-046', 'F-047', 'F-010', 'R-018'],
  'PkgData in three pieces: 213 and Alert 1222 without Final for each, 200 for the last; State 10 until then, 50 after',
  async (scene) => {
    const { session, root, piece } = scene;
    await emptied(scene);
    await first(scene);
    must(
      (await send(scene, piece(PIECES[1] ?? OBJECT, { MoreData: true }), false)) === 213,
      inShort(session.message),
    );
    const last = await send(scene, piece(PIECES[2] ?? OBJECT), true);
    must(last === 200, `the last piece is answered ${last}`);
    must((await stateOf(session, root)) === 50, `State ${await stateOf(session, root)}, not 50`);
    await emptied(scene);
  },
);

/** No package is held. */
async function emptied({ session, piece, root }: Scene): Promise<void> {
  await session.ask([piece(new Uint8Array(0))]);
  need((await stateOf(session, root)) !== 50, 'a package that was held cannot be taken back');
}

const mismatch = check(
  'large-mismatch',
  ['P-062', 'F-125', 'F-047'],
  'Less than the Size announced: 424, nothing is taken, State unchanged',
  async (scene) => {
    const { session, root, piece } = scene;
    await emptied(scene);
    const before = await stateOf(session, root);
    await first(scene);
    const code = await send(scene, piece(PIECES[1] ?? OBJECT), true);
    must(code === 424, `the last piece is answered ${code}`);
    must((await stateOf(session, root)) === before, 'the State changed');
  },
);

const interrupted = check(
  'large-interrupted',
  ['P-063', 'F-126'],
  'Another command before the last piece: Alert 1225, the command is done, nothing is taken',
  async (scene) => {
    const { session, root } = scene;
    await emptied(scene);
    await first(scene);
    const answer = await session.say([get('./DevInfo/Man')]);
    must(alerts(answer, 1225).length === 1, `no Alert 1225: ${inShort(answer)}`);
    must(
      answer.body.some(({ kind }) => kind === 'Results'),
      `the Get is not answered: ${inShort(answer)}`,
    );
    must((await stateOf(session, root)) !== 50, 'State 50: the pieces were taken');
  },
);

function refused(
  id: string,
  requirements: readonly string[],
  title: string,
  meta: (scene: Scene) => Item['Meta'],
  ...allowed: readonly number[]
): ClientCheck {
  return check(id, requirements, title, async (scene) => {
    const more = meta(scene);
    const code = await send(
      scene,
      scene.piece(PIECES[0] ?? OBJECT, { ...(more === undefined ? {} : { Meta: more }), MoreData: true }),
      false,
    );
    must(code !== undefined && allowed.includes(code), `it is answered ${code}`);
  });
}

const lost: ClientCheck = check(
  'large-lost',
  ['F-127', 'P-021', 'P-070'],
  'The session is lost in the middle of an object: State unchanged, and a new transfer works',
  async (scene) => {
    const { session, client } = scene;
    await emptied(scene);
    const before = await stateOf(session, scene.root);
    await first(scene);
    await session.tell([], { code: 500, statuses: 'header', malformed: true }, client.target.quietMs);
    await client.settle();
    const again = { ...scene, session: await known(client) };
    must((await stateOf(again.session, scene.root)) === before, 'the State changed');
    await first(again);
    await send(again, scene.piece(PIECES[1] ?? OBJECT, { MoreData: true }), false);
    const last = await send(again, scene.piece(PIECES[2] ?? OBJECT), true);
    must(last === 200, `the last piece of the new transfer is answered ${last}`);
    await emptied(again);
    again.session.end();
  },
);

const smallMessages: ClientCheck = {
  id: 'small-messages',
  requirements: ['P-068', 'P-066', 'P-019'],
  title: 'A server that takes only small messages gets no larger one, however much it asks',
  run: async (client) => {
    const session = await known(client);
    const limit = 2048;
    const many = Array.from({ length: 12 }, () => get('./DevInfo/Man'));
    const answers = await session.ask([get('./DevDetail'), ...many], { maxMsgSize: limit });
    must(
      answers.codes().every((code) => code === 200),
      `they are answered ${answers.codes().join(', ')}`,
    );
    must(answers.messages.length > 0, 'nothing comes');
    session.end();
  },
};

const noStatusLost = check(
  'large-replaced',
  ['F-053', 'F-054'],
  'An empty PkgData takes a held package back: State 50 becomes 10',
  async (scene) => {
    const { session, root, piece } = scene;
    await emptied(scene);
    const small = await session.ask([piece(PIECES[0] ?? OBJECT)]);
    must(small.code() === 200, `PkgData in one piece is answered ${small.code()}`);
    must((await stateOf(session, root)) === 50, 'State is not 50');
    const empty = await session.ask([piece(new Uint8Array(0))]);
    must(empty.code() === 200, `an empty PkgData is answered ${empty.code()}`);
    must((await stateOf(session, root)) === 10, 'State is not 10');
  },
);

export const LARGE_OBJECTS: CheckGroup<ClientPeer> = {
  id: 'large-objects',
  title: 'Large values and small messages',
  checks: [
    smallMessages,
    whole,
    noStatusLost,
    mismatch,
    interrupted,
    refused(
      'large-no-size',
      ['P-064'],
      'A first piece without Size: 411 (or 412)',
      () => undefined,
      411,
      412,
    ),
    refused(
      'large-too-large',
      ['P-064'],
      'A Size above the client’s MaxObjSize: 413 (or 416, 420)',
      ({ session }) => {
        const limit = session.message.hdr.Meta?.MaxObjSize;
        return { Size: (limit ?? 0x7fff_fffe) + 1 };
      },
      413,
      416,
      420,
    ),
    lost,
  ],
};
