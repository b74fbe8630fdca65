import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { add, atomic, get, remove, replace } from '../../messages.ts';
import type { ClientPeer } from '../client-peer.ts';
import { known } from './sessions.ts';

const DMACC = /^urn:oma:mo:oma-dm-dmacc:1\./;

/** The roots of account objects below the places where they stand. */
async function accountRoots(client: ClientPeer): Promise<readonly string[]> {
  const session = await known(client);
  const found: string[] = [];
  for (const place of ['./DMAcc', './SyncML/DMAcc']) {
    const answers = await session.ask([get(place)]);
    const names =
      answers.code() === 200 ? (answers.text() ?? '').split('/').filter((name) => name !== '') : [];
    for (const name of names) {
      const type = await session.ask([get(`${place}/${name}?prop=Type`)]);
      if (DMACC.test(type.text() ?? '')) found.push(`${place}/${name}`);
    }
  }
  session.end();
  return found;
}

const unreadable: Check<ClientPeer> = {
  id: 'account-secrets',
  requirements: ['S-021', 'T-047', 'S-020'],
  title: 'Secrets and nonces of the account cannot be read: 405 (or 425, 406)',
  run: async (client) => {
    const roots = await accountRoots(client);
    need(roots.length > 0, 'no account is found in ./DMAcc or ./SyncML/DMAcc');
    await client.settle();
    const session = await known(client);
    let looked = 0;
    for (const root of roots) {
      const names = (await session.ask([get(`${root}/AppAuth`)])).text()?.split('/') ?? [];
      for (const name of names.filter((one) => one !== '')) {
        const answers = await session.ask(
          ['AAuthSecret', 'AAuthData'].map((leaf) => get(`${root}/AppAuth/${name}/${leaf}`)),
        );
        for (const code of answers.codes()) {
          if (code !== 404) looked += 1;
          must(
            [404, 405, 406, 425].includes(code ?? 0),
            `a secret of ${root}/AppAuth/${name} is answered ${code}`,
          );
        }
      }
    }
    session.end();
    need(looked > 0, 'the account has no readable AppAuth');
  },
};

const scratch = (client: ClientPeer, name: string): string => {
  need(client.target.scratch !== undefined, 'no place to add nodes is given (--scratch)');
  return `${client.target.scratch}/${name}`;
};

const life: Check<ClientPeer> = {
  id: 'node-life',
  requirements: ['T-041', 'T-042', 'T-043', 'P-030'],
  title: 'A node is added, read, replaced and deleted, and then is not there',
  run: async (client) => {
    const uri = scratch(client, 'conformLeaf');
    const session = await known(client);
    const steps = [
      [add(uri, 'one'), 200],
      [add(uri, 'two'), 418],
      [replace(uri, 'three'), 200],
      [get(uri), 200],
      [remove(uri), 200],
      [get(uri), 404],
    ] as const;
    for (const [command, code] of steps) {
      const answers = await session.ask([command]);
      must(answers.code() === code, `${command.kind} is answered ${answers.code()}`);
      if (command.kind === 'Get' && code === 200)
        must(answers.text() === 'three', `the value is ${answers.text()}`);
    }
    session.end();
  },
};

const rollback: Check<ClientPeer> = {
  id: 'atomic-rollback',
  requirements: ['P-035', 'T-060'],
  title: 'An Atomic that fails: 507, the child its own code, 216 before it, 215 after it, the tree as before',
  run: async (client) => {
    const uri = scratch(client, 'conformAtomic');
    const session = await known(client);
    await session.ask([remove(uri)]);
    const answers = await session.ask([
      atomic(add(uri, 'one'), add('./DevInfo/Man', 'x'), add(`${uri}2`, 'two')),
    ]);
    need(![406, 501].includes(answers.code() ?? 0), 'the client has no Atomic');
    must(answers.code(0) === 507, `the Atomic is answered ${answers.code(0)}`);
    must(answers.code(1) === 216, `the child before is answered ${answers.code(1)}`);
    must(answers.code(2) === 418, `the failing child is answered ${answers.code(2)}`);
    must([215, 216].includes(answers.code(3) ?? 0), `the child after is answered ${answers.code(3)}`);
    must((await session.ask([get(uri)])).code() === 404, 'the node that was undone is there');
    session.end();
  },
};

export const ACCOUNTS: CheckGroup<ClientPeer> = {
  id: 'changes',
  title: 'Accounts, and changes of the tree',
  checks: [unreadable, life, rollback],
};
