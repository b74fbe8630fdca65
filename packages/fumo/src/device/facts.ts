/**
 * What the update agent of a device remembers. Every fact is an entry of its journal; everything else — `State`, the
 * alerts owed, what to do after a restart — is derived from them and stored nowhere else (fumo.md §3.2).
 */
import type { FumoOperation } from '../object/uri.ts';

/** Milliseconds since the epoch. */
export type Instant = number;

/** A package that is completely stored. */
export interface HeldPackage {
  /** Name of the staging file. */
  readonly file: string;
  readonly size: number;
  readonly via: 'pkgdata' | 'download' | 'preloaded';
  /** What the package calls itself. */
  readonly name?: string;
  readonly version?: string;
  /** What a download descriptor handed on for the installer, unchanged (D-021). */
  readonly installParam?: string;
}

/** How far an alternate download is; what is needed to go on after a restart (dlota.md §8.1, §8.3). */
export interface DownloadProgress {
  /** URL of the package itself: the PkgURL, or the descriptor's objectURI. */
  readonly objectUrl?: string;
  /** Octets that are on the disk. */
  readonly received: number;
  readonly total?: number;
  /** Strong validators only. */
  readonly etag?: string;
  readonly lastModified?: string;
  /** Tries used up since the last real progress. */
  readonly tries: number;
  /** Milliseconds that the download has taken so far, pauses included. */
  readonly spentMs?: number;
  /** Not before this time is the next try made. */
  readonly waitUntil?: Instant;
  readonly descriptor?: DescriptorFacts;
  /** Descriptor and object came in one answer: there is no address of the object alone (D-025). */
  readonly combined?: true;
}

/** What of a download descriptor outlives the request that brought it. */
export interface DescriptorFacts {
  readonly types: readonly string[];
  readonly size: number;
  readonly installNotifyURI?: string;
  readonly installParam?: string;
}

/** How far the installation is. */
export interface InstallProgress {
  readonly step: 'verified' | 'written' | 'switching' | 'switched';
  /** Slot that is written. */
  readonly slot: string;
  /** SHA-256 that the whole slot has when it is done, lower-case hex. */
  readonly sha256: string;
}

/** An operation that was accepted and has not ended. */
export interface Operation {
  readonly id: number;
  readonly kind: FumoOperation;
  readonly serverId: string;
  /** As the Exec carried it; absent when it had none, or when the device started by itself. */
  readonly correlator?: string;
  readonly url?: string;
  readonly startedBy: 'server' | 'device';
  readonly acceptedAt: Instant;
  readonly step: 'downloading' | 'downloaded' | 'checked' | 'updating';
  /** Beginnings after a power loss. */
  readonly restarts: number;
  readonly download?: DownloadProgress;
  readonly install?: InstallProgress;
}

/** How the last operation ended, until it is cleaned up. */
export type Outcome = 'download-failed' | 'update-failed' | 'update-succeeded';

/** One FUMO root. */
export interface RootFacts {
  readonly held?: HeldPackage;
  readonly operation?: Operation;
  readonly outcome?: Outcome;
  readonly lastResult?: number;
  /** Why, for a person. */
  readonly lastReason?: string;
}

/** The final alert of an operation that no server has acknowledged yet (F-069, F-085). */
export interface OwedReport {
  /** Id of the operation. */
  readonly id: number;
  readonly root: string;
  readonly serverId: string;
  readonly operation: FumoOperation;
  readonly code: number;
  readonly correlator?: string;
  readonly at: Instant;
}

export interface AgentFacts {
  readonly roots: Readonly<Record<string, RootFacts>>;
  readonly owed: readonly OwedReport[];
  readonly nextId: number;
}

export const NO_FACTS: AgentFacts = { roots: {}, owed: [], nextId: 1 };

/** One entry of the journal. */
export type Fact =
  | { readonly kind: 'package-held'; readonly root: string; readonly held: HeldPackage }
  | { readonly kind: 'package-dropped'; readonly root: string }
  | { readonly kind: 'cleaned'; readonly root: string }
  | { readonly kind: 'accepted'; readonly root: string; readonly operation: Operation }
  | { readonly kind: 'download-progress'; readonly root: string; readonly progress: DownloadProgress }
  | { readonly kind: 'downloaded'; readonly root: string; readonly held: HeldPackage }
  | { readonly kind: 'checked'; readonly root: string }
  | { readonly kind: 'updating'; readonly root: string }
  | { readonly kind: 'install-progress'; readonly root: string; readonly progress: InstallProgress }
  | { readonly kind: 'restarted'; readonly root: string }
  | {
      readonly kind: 'finished';
      readonly root: string;
      readonly code: number;
      readonly reason?: string;
      readonly at: Instant;
    }
  | { readonly kind: 'alert-settled'; readonly id: number };

/** The facts after one more entry. Entries that do not fit (a journal of another life) change nothing. */
export function applyFact(facts: AgentFacts, fact: Fact): AgentFacts {
  if (fact.kind === 'alert-settled') {
    return { ...facts, owed: facts.owed.filter(({ id }) => id !== fact.id) };
  }
  const before = facts.roots[fact.root] ?? {};
  const after = { ...facts, roots: { ...facts.roots, [fact.root]: applyToRoot(before, fact) } };
  if (fact.kind === 'accepted') return { ...after, nextId: Math.max(facts.nextId, fact.operation.id + 1) };
  if (fact.kind === 'finished' && before.operation !== undefined) {
    return { ...after, owed: [...facts.owed, owedBy(fact.root, before.operation, fact.code, fact.at)] };
  }
  return after;
}

export function applyFacts(facts: AgentFacts, list: readonly Fact[]): AgentFacts {
  return list.reduce(applyFact, facts);
}

type RootFact = Exclude<Fact, { kind: 'alert-settled' }>;

function applyToRoot(root: RootFacts, fact: RootFact): RootFacts {
  const { held, operation, outcome, ...rest } = root;
  switch (fact.kind) {
    case 'package-held':
      return { ...rest, held: fact.held };
    case 'package-dropped':
      return withOptional(rest, { operation, outcome });
    case 'cleaned':
      return rest;
    case 'accepted':
      return withOptional(rest, {
        operation: fact.operation,
        held: holds(fact.operation) ? held : undefined,
      });
    case 'finished':
      return operation === undefined ? root : finished(root, operation, fact);
    default:
      return operation === undefined ? root : { ...root, ...progressed(operation, fact) };
  }
}

/** Only an update works on the package that is already there. */
function holds(operation: Operation): boolean {
  return operation.kind === 'update';
}

type ProgressFact = Extract<
  RootFact,
  { kind: 'download-progress' | 'downloaded' | 'checked' | 'updating' | 'install-progress' | 'restarted' }
>;

function progressed(operation: Operation, fact: ProgressFact): Partial<RootFacts> {
  switch (fact.kind) {
    case 'download-progress':
      return { operation: { ...operation, download: fact.progress } };
    case 'downloaded':
      return { operation: { ...operation, step: 'downloaded' }, held: fact.held };
    case 'checked':
      return { operation: { ...operation, step: 'checked' } };
    case 'updating':
      return { operation: { ...operation, step: 'updating' } };
    case 'install-progress':
      return { operation: { ...operation, install: fact.progress } };
    case 'restarted':
      return { operation: { ...operation, restarts: operation.restarts + 1 } };
  }
}

type FinishedFact = Extract<Fact, { kind: 'finished' }>;

function finished(root: RootFacts, operation: Operation, { code, reason }: FinishedFact): RootFacts {
  const ended = { lastResult: code, ...(reason === undefined ? {} : { lastReason: reason }) };
  switch (operation.step) {
    case 'downloading':
      return { ...ended, outcome: 'download-failed' };
    case 'updating':
      return withOptional(ended, { held: root.held, outcome: outcomeOfUpdate(code) });
    default:
      // DL ends here with success, DLU by a refusal at the prompt: the package stays (fumo.md §3.2, State 50).
      return withOptional(ended, { held: root.held });
  }
}

/** User refusal leaves State 50 (F-060); everything else failed or succeeded (fumo.md §6, last paragraph). */
function outcomeOfUpdate(code: number): Outcome | undefined {
  if (code === 401) return undefined;
  return code >= 200 && code < 300 ? 'update-succeeded' : 'update-failed';
}

function owedBy(root: string, operation: Operation, code: number, at: Instant): OwedReport {
  const { id, serverId, kind, correlator } = operation;
  const report = { id, root, serverId, operation: kind, code, at };
  return correlator === undefined ? report : { ...report, correlator };
}

function withOptional(
  base: Pick<RootFacts, 'lastResult' | 'lastReason'>,
  more: { [K in keyof RootFacts]?: RootFacts[K] | undefined },
): RootFacts {
  return { ...base, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)) };
}
