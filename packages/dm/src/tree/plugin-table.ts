import type { NodeValue } from './format.ts';
import type { Path } from './node.ts';
import type { ObjectPlugin } from './plugin.ts';
import type { Tree } from './tree.ts';
import { formatUri, parseUri } from './uri.ts';

/** Plug-ins by the subtree they stand behind. */
export class PluginTable {
  readonly #rows: readonly { readonly path: Path; readonly plugin: ObjectPlugin }[];

  constructor(plugins: readonly ObjectPlugin[]) {
    this.#rows = plugins
      .map((plugin) => ({ path: rootPath(plugin.root), plugin }))
      .sort((a, b) => b.path.length - a.path.length);
  }

  /** The plug-in with the longest root that holds this node. */
  at(path: Path): ObjectPlugin | undefined {
    return this.#rows.find((row) => row.path.every((name, depth) => path[depth] === name))?.plugin;
  }

  /** Value of a leaf: the plug-in's, else the stored one. */
  value(tree: Tree, path: Path): NodeValue {
    return this.at(path)?.get?.(formatUri(path)) ?? tree.find(path)?.value ?? '';
  }
}

function rootPath(uri: string): Path {
  const parsed = parseUri(uri, { maxDepth: 0, maxTotLen: 0, maxSegLen: 0 });
  if (parsed.kind === 'fault') throw new TypeError(`The root of a plug-in is no node URI: ${uri}`);
  return parsed.path;
}
