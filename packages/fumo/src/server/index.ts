export type {
  DevicePolicy,
  DeviceRecord,
  Discovery,
  FumoRoot,
  NodeRead,
  QueuedCommand,
  SessionFacts,
  TreeValue,
  TreeVerb,
  UpdateRequest,
} from './device-record.ts';
export type { Instant, Random } from './instant.ts';
export type { PackageRecord, VersionProbe } from './package-record.ts';
export type {
  Learned,
  Plan,
  PlanContext,
  PlannerConfig,
  SessionView,
  TimelineEntry,
  TimelineKind,
  UrlMaker,
} from './plan-types.ts';
export type {
  AskedBy,
  Attempt,
  AttemptKind,
  AttemptState,
  Delivery,
  OperationChoice,
  Update,
  Via,
} from './update.ts';
export { isOpen, UPDATE_STATES, type UpdateState, type UpdateStateInfo } from './update-state.ts';
