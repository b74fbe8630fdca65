export {
  type Admission,
  admitChange,
  admitOperation,
  admitPackage,
  cleanUp,
  type OperationRequest,
} from './admit.ts';
export {
  type AgentFacts,
  applyFact,
  applyFacts,
  type DescriptorFacts,
  type DownloadProgress,
  type Fact,
  type HeldPackage,
  type InstallProgress,
  type Instant,
  NO_FACTS,
  type Operation,
  type Outcome,
  type OwedReport,
  type RootFacts,
} from './facts.ts';
export {
  alertKey,
  finalAlert,
  type GenericAlert,
  operationOfAlert,
  REQUEST_KEY,
  requestAlert,
  withPrefix,
} from './final-alert.ts';
export { type Effect, type Observed, recover } from './recover.ts';
export { stateOf } from './state-of.ts';
export { type FumoEvent, TRANSITIONS, type Transition } from './transitions.ts';
