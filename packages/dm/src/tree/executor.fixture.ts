/** A tree of which servers may do anything, and single commands to it as a test writes them. */
import type { Command, Item } from '@fumarole/syncml';
import { type ExecutorOptions, type ObjectNodes, OPEN_NODE, Tree, TreeExecutor } from './index.ts';

export type Kind = 'Add' | 'Replace' | 'Delete' | 'Get' | 'Exec';

/** `./Fix`: one permanent leaf of each sort, and `Run`. */
const FIX: ObjectNodes = {
  root: './Fix',
  description: {
    ...OPEN_NODE,
    name: 'Fix',
    children: [
      { name: 'blob', access: ['Replace'], format: 'bin', scope: 'permanent', maxOctets: 8 },
      { name: 'fixed', access: ['Get'], format: 'chr', scope: 'permanent' },
      { name: 'text', access: ['Get', 'Replace'], format: 'chr', scope: 'permanent' },
      { name: 'number', access: ['Get', 'Replace'], format: 'int', scope: 'permanent' },
    ],
  },
  nodes: [
    { uri: './Fix', format: 'node' },
    { uri: './Fix/blob', format: 'bin', type: 'application/octet-stream' },
    { uri: './Fix/fixed', format: 'chr', value: 'x' },
    { uri: './Fix/text', format: 'chr', value: 'hello' },
    { uri: './Fix/number', format: 'int', value: '7' },
  ],
};

export const cmd = (kind: Kind, uri: string, rest: Partial<Item> = {}): Command => ({
  kind,
  CmdID: '1',
  items: [{ Target: { LocURI: uri }, ...rest }],
});

export class TreeBench {
  now = 0;
  readonly tree: Tree;
  readonly executor: TreeExecutor;

  constructor(options: Partial<ExecutorOptions> = {}, fix: ObjectNodes = FIX) {
    const rootAcl = 'Add=*&Delete=*&Exec=*&Get=*&Replace=*';
    this.tree = new Tree({ objects: [fix], open: true, rootAcl, now: () => this.now });
    this.executor = new TreeExecutor({ tree: this.tree, ...options });
  }

  outcomes(command: Command, by = 's1'): ReturnType<TreeExecutor['execute']> {
    return this.executor.execute(command, by, 'wbxml');
  }

  /** The status of a command and of each of its children. */
  async run(command: Command, by?: string): Promise<readonly number[]> {
    return (await this.outcomes(command, by)).map(({ code }) => code);
  }

  async one(
    kind: Kind,
    uri: string,
    rest: Partial<Item> = {},
    by?: string,
  ): Promise<Awaited<ReturnType<TreeExecutor['execute']>>[number] | undefined> {
    return (await this.outcomes(cmd(kind, uri, rest), by))[0];
  }

  async code(kind: Kind, uri: string, rest: Partial<Item> = {}, by?: string): Promise<number | undefined> {
    return (await this.one(kind, uri, rest, by))?.code;
  }

  async data(uri: string, by?: string): Promise<Item['Data']> {
    return (await this.one('Get', uri, {}, by))?.results?.[0]?.Data;
  }
}
