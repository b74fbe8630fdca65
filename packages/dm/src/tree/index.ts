export { type Acl, type AclCommand, formatAcl, isServerId, OWNER, parseAcl } from './acl.ts';
export type { ChunkPart } from './chunk-intake.ts';
export {
  type DdfDocument,
  type DdfWarning,
  type DescribedNode,
  parseDdf,
  treeDescription,
} from './ddf/read-ddf.ts';
export { type DdfFacts, ddfElement, ddfOf, formatDdf } from './ddf/write-ddf.ts';
export { OPEN_NODE } from './describe.ts';
export type { AccessType, NodeDescription, NodeInit, ObjectNodes, Occurrence } from './description.ts';
export { TREE_USAGE_CODES, type TreeUsageCode, TreeUsageError } from './errors.ts';
export { type ExecutorOptions, TreeExecutor } from './executor.ts';
export { FORMATS, type Format, formatOf, isValueOf, type NodeValue } from './format.ts';
export { DEFAULT_TREE_LIMITS, DEFAULT_URI_LIMITS, type TreeLimits, type UriLimits } from './limits.ts';
export { isSameObject } from './moi.ts';
export { type CommandOutcome, notExecuted } from './outcome.ts';
export type {
  ChunkSink,
  ExecRequest,
  ObjectPlugin,
  PluginResult,
  SinkRequest,
  UiAnswer,
  UserInteraction,
} from './plugin.ts';
export { isProperty, PROPERTY_NAMES, type PropertyName } from './property-name.ts';
export type { NodeRecord, TreeChange, TreeSnapshot } from './snapshot.ts';
export { isInteriorNode, parseTnds, type TndsNode, type TndsObject } from './tnds/tnds-object.ts';
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
export { isUserRefusal } from './user-alert.ts';
