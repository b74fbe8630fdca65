export type { AccessType, NodeDescription, NodeInit, ObjectNodes, Occurrence } from './description.ts';
export { type ChunkPart, type ExecutorOptions, TreeExecutor } from './executor.ts';
export { FORMATS, type Format, type NodeValue } from './format.ts';
export { DEFAULT_TREE_LIMITS, DEFAULT_URI_LIMITS, type TreeLimits, type UriLimits } from './limits.ts';
export type { CommandOutcome } from './outcome.ts';
export type {
  ChunkSink,
  ExecRequest,
  ObjectPlugin,
  PluginResult,
  SinkRequest,
  UiAnswer,
  UserInteraction,
} from './plugin.ts';
export type { NodeRecord, TreeChange, TreeSnapshot } from './snapshot.ts';
export { Tree, type TreeOptions } from './tree.ts';
export {
  encodeName,
  formatUri,
  isNodeName,
  parseUri,
  type Selector,
  type TreeUri,
  type UriFault,
} from './uri.ts';
