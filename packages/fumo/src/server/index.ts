export { chooseDelivery, type DeliveryChoice } from './choose-delivery.ts';
export {
  type ContactFacts,
  contactOf,
  joinRecord,
  type LastingFacts,
  lastingOf,
  lastsUnchanged,
} from './contact-facts.ts';
export { deviceFacts, reportedVersion } from './device-facts.ts';
export type {
  DevicePolicy,
  DeviceRecord,
  Discovery,
  FumoRoot,
  NodeRead,
  PlainVerb,
  QueuedCommand,
  SessionFacts,
  TreeOrder,
  TreeStep,
  TreeValue,
  TreeVerb,
  UpdateRequest,
  UserAlert,
} from './device-record.ts';
export { activeAttempt, inFlight, replaceUpdate } from './draft.ts';
export { type DueResult, evaluateDue, nextDue, withDue } from './due.ts';
export { emptyUpdate } from './empty-update.ts';
export { fitRecord } from './fit-record.ts';
export { chosenFields, heldPackages } from './goal.ts';
export type { Instant, Random } from './instant.ts';
export { learn, type Message } from './learn.ts';
export { treeCommandOf } from './learn-answer.ts';
export type { SpooledValue } from './learn-tree.ts';
export {
  DEFAULT_PLANNER_CONFIG,
  MAX_ALERT_TEXTS,
  MAX_COMMAND_VALUE,
  MAX_QUEUED_COMMANDS,
  MAX_STEPS,
  MAX_WAITING_VALUES,
} from './limits.ts';
export {
  type DescribedRoot,
  describeModel,
  type ModelDescription,
  withDescription,
} from './model-description.ts';
export { type NewDeviceInput, newDevice } from './new-device.ts';
export type { PackageRecord, VersionProbe } from './package-record.ts';
export { plan } from './plan.ts';
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
export { probePatternFault } from './probe-pattern.ts';
export { PROFILES } from './profiles/families.ts';
export { DEFAULT_PROFILE, type DeviceProfile } from './profiles/profile.ts';
export { profileOf } from './profiles/profile-of.ts';
export { wireProfile } from './profiles/wire-profile.ts';
export {
  type DeviceFacts,
  type Fact,
  type Rejection,
  type Selection,
  type SelectOptions,
  selectPackage,
} from './select-package.ts';
export { type Sent, settle } from './settle.ts';
export { type Texts, textFor } from './text-for.ts';
export { nameOf } from './tree-commands.ts';
export { whyNot } from './tree-refusal.ts';
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
