import { type Check, must, need } from '../../check.ts';
import { exec, get, replace } from '../../messages.ts';
import type { ClientPeer } from '../client-peer.ts';
import { needIdle, resultsIn, rootOf, type Wanted } from '../fumo.ts';
import type { ServerScript } from '../server-script.ts';
import { known } from './sessions.ts';

export type ClientCheck = Check<ClientPeer>;
export type Operation = 'Download' | 'Update' | 'DownloadAndUpdate';

export interface Scene {
  readonly client: ClientPeer;
  readonly session: ServerScript;
  readonly root: string;
  /** Names below the root. */
  readonly nodes: readonly string[];
}

/** The check ends its own sessions. */
export function check(
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

/** The check stays in one session, which is ended behind it. */
export const inOne = (
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
export function downloading({ nodes }: Scene): 'Download' | 'DownloadAndUpdate' {
  const found = (['Download', 'DownloadAndUpdate'] as const).find((name) => nodes.includes(name));
  need(found !== undefined, 'the client downloads nothing by itself');
  return found;
}

/** PkgURL is set, and the operation accepted. */
export async function started(
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
export async function acknowledged(session: ServerScript): Promise<void> {
  await session.ask([get('./DevInfo/Man')]);
  must(resultsIn(session.message).length === 0, 'the result comes again although it was acknowledged');
}

export function typeOf(operation: Operation): Wanted['operation'] {
  return operation.toLowerCase() as Wanted['operation'];
}
