/** Which commands a FUMO root takes, and the facts that follow (fumo.md §3.2, §4). */
import { FumoState, isBusyState } from '../object/state.ts';
import type { FumoOperation } from '../object/uri.ts';
import type { AgentFacts, Fact, HeldPackage, Instant, Operation } from './facts.ts';
import { stateOf } from './state-of.ts';
import { type FumoEvent, TRANSITIONS } from './transitions.ts';

export interface Admission {
  /** Status of the command. */
  readonly status: number;
  /** To be durable before the status leaves; empty when the command is refused. */
  readonly facts: readonly Fact[];
  /** Why it was refused, for a person. */
  readonly reason?: string;
}

export interface OperationRequest {
  readonly root: string;
  readonly operation: FumoOperation;
  /** Value of the operation's own PkgURL (F-066); not looked at for an update. */
  readonly url: string | undefined;
  readonly serverId: string;
  readonly correlator: string | undefined;
  readonly startedBy: 'server' | 'device';
  readonly now: Instant;
}

const EXEC_EVENT = {
  download: 'exec-download',
  update: 'exec-update',
  'download-and-update': 'exec-download-and-update',
} as const satisfies Record<FumoOperation, FumoEvent>;

/** Decides on an Exec, or on an operation that the device starts by itself (F-063, F-065, F-067, F-070). */
export function admitOperation(facts: AgentFacts, request: OperationRequest): Admission {
  const state = stateOf(facts.roots[request.root]);
  const row = TRANSITIONS[state][EXEC_EVENT[request.operation]];
  if (row?.status !== 202) {
    return refused(
      405,
      isBusyState(state) ? `an operation runs (State ${state})` : `not possible in State ${state}`,
    );
  }
  if (continues(facts, request.root)) return refused(405, 'an operation runs');
  if (request.operation !== 'download' && updateRunsElsewhere(facts, request.root)) {
    return refused(405, 'another root is being updated');
  }
  if (request.operation !== 'update' && (request.url ?? '').trim() === '')
    return refused(405, 'PkgURL is empty');
  return { status: 202, facts: [...cleaning(request.root, state, row.path), accepted(facts, request)] };
}

/** A package arrived whole through `Update/PkgData`; `undefined`: the server emptied it. */
export function admitPackage(facts: AgentFacts, root: string, held: HeldPackage | undefined): Admission {
  const state = stateOf(facts.roots[root]);
  const row = TRANSITIONS[state][held === undefined ? 'pkgdata-emptied' : 'pkgdata-committed'];
  if (row?.status !== 200 || continues(facts, root))
    return refused(403, `the package is in use (State ${state})`);
  if (held === undefined) {
    return { status: 200, facts: row.path.length === 0 ? [] : [{ kind: 'package-dropped', root }] };
  }
  return { status: 200, facts: [...cleaning(root, state, row.path), { kind: 'package-held', root, held }] };
}

/** May `PkgURL`, or the root itself, change now? (F-136) */
export function admitChange(facts: AgentFacts, root: string): Admission {
  const state = stateOf(facts.roots[root]);
  const status = continues(facts, root) ? 403 : (TRANSITIONS[state]['pkgurl-replaced']?.status ?? 403);
  return status === 200 ? { status, facts: [] } : refused(status, `the root is in use (State ${state})`);
}

/** What a root forgets once its result is acknowledged (fumo.md §3.1, "clean-up"). */
export function cleanUp(facts: AgentFacts, root: string, policy: 'keep' | 'drop' | 'idle'): readonly Fact[] {
  const state = stateOf(facts.roots[root]);
  const drops = state === FumoState.updateFailedHaveData || state === FumoState.updateSuccessfulHaveData;
  const dropped: readonly Fact[] = drops ? [{ kind: 'package-dropped', root }] : [];
  if (policy === 'keep') return [];
  if (policy === 'drop') return dropped;
  const ended = drops || TRANSITIONS[state]['clean-up'] !== undefined;
  return ended ? [...dropped, { kind: 'cleaned', root }] : [];
}

/** In 50 a DownloadAndUpdate may be about to go on by itself. */
function continues(facts: AgentFacts, root: string): boolean {
  return facts.roots[root]?.operation !== undefined;
}

function updateRunsElsewhere(facts: AgentFacts, root: string): boolean {
  return Object.entries(facts.roots).some(
    ([uri, other]) => uri !== root && stateOf(other) === FumoState.updateProgressing,
  );
}

/** The facts of every hop but the last: 50→10 and 70→80 lose the package, the others the outcome. */
function cleaning(root: string, from: FumoState, path: readonly FumoState[]): readonly Fact[] {
  return path.slice(0, -1).map((to, at) => {
    const before = at === 0 ? from : path[at - 1];
    return before === FumoState.readyToUpdate || to === FumoState.updateFailedNoData
      ? { kind: 'package-dropped', root }
      : { kind: 'cleaned', root };
  });
}

function accepted(facts: AgentFacts, request: OperationRequest): Fact {
  const operation: Operation = {
    id: facts.nextId,
    kind: request.operation,
    serverId: request.serverId,
    ...(request.correlator === undefined ? {} : { correlator: request.correlator }),
    ...(request.operation === 'update' || request.url === undefined ? {} : { url: request.url.trim() }),
    startedBy: request.startedBy,
    acceptedAt: request.now,
    step: request.operation === 'update' ? 'updating' : 'downloading',
    restarts: 0,
  };
  return { kind: 'accepted', root: request.root, operation };
}

function refused(status: number, reason: string): Admission {
  return { status, facts: [], reason };
}
