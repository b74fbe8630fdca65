/**
 * The update agent at work. Its journal holds what is meant; each operation is a loop that looks at the step the
 * facts are at, does the next piece of work, and records it. A restart enters the same loop through `recover`.
 */
import {
  type Admission,
  type AgentFacts,
  admitChange,
  admitOperation,
  admitPackage,
  applyFact,
  cleanUp,
  type Effect,
  type Fact,
  finalAlert,
  type HeldPackage,
  type Observed,
  type Operation,
  type OperationRequest,
  type OwedReport,
  recover,
  stateOf,
} from '@fumarole/fumo/device';
import { fumoState } from '@fumarole/fumo/object';
import type { BootControl } from '../boot/boot-control.ts';
import { messageOf, systemCode } from '../device-error.ts';
import { PowerCut } from '../disk/powered-disk.ts';
import type { Downloader } from '../download/downloader.ts';
import type { Emit } from '../emit.ts';
import { MAX_REASON_CHARACTERS, MAX_RESTARTS } from '../limits.ts';
import type { Consent, ConsentTo } from '../ui/consent.ts';
import { type InstallPorts, install } from './install.ts';
import type { Journal } from './journal.ts';
import { packageLabel } from './package-label.ts';
import type { Staging } from './staging.ts';

export interface AgentPorts extends Omit<InstallPorts, 'record'> {
  readonly journal: Journal;
  readonly staging: Staging;
  readonly boot: BootControl;
  readonly download: Downloader;
  readonly emit: Emit;
  readonly now: () => number;
  readonly cleanUp: 'keep' | 'drop' | 'idle';
  /** Component of the image manifest that a root stands for. */
  readonly componentOf: (root: string) => string | undefined;
  /** The user's word, or the policy's. */
  readonly consent: Consent;
  /** Resolves when the device may restart for an update that is not critical. */
  readonly installTime: (signal: AbortSignal) => Promise<void>;
  /** Resolves when no DM session is open, or after a while. */
  readonly quiet: () => Promise<void>;
  /** Restarts the machine and says what came up. */
  readonly reboot: () => Promise<Observed>;
  /** A result waits for a session. */
  readonly onOwed: () => void;
  readonly onPowerCut: (cut: PowerCut) => void;
}

export class Agent {
  readonly #ports: AgentPorts;
  readonly #running = new Map<string, Promise<void>>();
  readonly #stops = new Map<string, AbortController>();
  readonly #ending = new AbortController();
  #closed = false;

  constructor(ports: AgentPorts) {
    this.#ports = ports;
  }

  get facts(): AgentFacts {
    return this.#ports.journal.facts;
  }

  state(root: string): number {
    return stateOf(this.facts.roots[root]);
  }

  /** Alerts that this server still has to acknowledge. */
  owed(serverId: string): readonly OwedReport[] {
    return this.facts.owed.filter((report) => report.serverId === serverId);
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Takes or refuses an operation; what is taken is durable when this resolves (fumo.md §3.2, F-058). */
  async start(request: Omit<OperationRequest, 'now'>): Promise<Admission> {
    const now = this.#ports.now();
    const admission = await this.#decide((facts) => admitOperation(facts, { ...request, now }));
    if (admission.status === 202) {
      await this.#ports.simulation.cut('accepted');
      this.#launch(request.root);
    }
    return admission;
  }

  /** The end of the operation that runs on this root. */
  async finished(root: string): Promise<void> {
    await this.#running.get(root);
  }

  hold(root: string, held: HeldPackage | undefined): Promise<Admission> {
    return this.#decide((facts) => admitPackage(facts, root, held));
  }

  mayChange(root: string): Admission {
    return admitChange(this.facts, root);
  }

  /** Stops a running download; false when there is none. */
  stopDownload(root: string, by: 'user' | 'device'): boolean {
    const stop = this.#stops.get(root);
    stop?.abort(by);
    return stop !== undefined;
  }

  /** A server has given its word on an alert: it is owed no longer, and the root may be cleaned up. */
  async acknowledged(id: number, dropped: boolean): Promise<void> {
    const report = this.facts.owed.find((owed) => owed.id === id);
    if (report === undefined) return;
    const policy = this.#ports.cleanUp;
    await this.#decide((facts) => ({
      facts: [
        { kind: 'alert-settled', id },
        ...(runs(facts, report.root) ? [] : cleanUp(facts, report.root, policy)),
      ],
    }));
    this.#emitAlert(dropped ? 'dropped' : 'acknowledged', report);
  }

  /** Goes on where the power left it (fumo.md §3.2, "Power loss"). */
  async resume(observed: Observed): Promise<void> {
    await this.#ports.staging.collect(this.facts);
    for (const effect of recover(this.facts, observed, MAX_RESTARTS)) this.#launch(effect.root, effect);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#ending.abort();
    for (const stop of this.#stops.values()) stop.abort('stop');
    await Promise.allSettled(this.#running.values());
  }

  #launch(root: string, effect?: Effect): void {
    if (this.#running.has(root) || this.#closed) return;
    const work = (effect === undefined ? this.#work(root) : this.#perform(effect))
      .catch((error: unknown) => this.#broken(root, error))
      .finally(() => this.#running.delete(root));
    this.#running.set(root, work);
  }

  async #perform(effect: Effect): Promise<void> {
    const { root } = effect;
    switch (effect.kind) {
      case 'install':
        await this.#record({ kind: 'restarted', root });
        return this.#work(root);
      case 'reboot':
        return this.#reboot(root);
      case 'confirm':
        return this.#confirm(root);
      case 'fail':
        return this.#finish(root, effect.code, effect.reason);
      default:
        return this.#work(root);
    }
  }

  async #work(root: string): Promise<void> {
    const { notImplemented } = this.#ports.simulation.simulate;
    if (notImplemented === true) return this.#finish(root, 408, 'not implemented (simulated)');
    for (;;) {
      const operation = this.facts.roots[root]?.operation;
      if (operation === undefined || this.#closed) return;
      switch (operation.step) {
        case 'downloading':
          await this.#download(root, operation);
          break;
        case 'downloaded':
          await this.#checked(root, operation);
          break;
        case 'checked':
          await this.#begin(root, operation);
          break;
        case 'updating':
          await this.#install(root, operation);
          return;
      }
    }
  }

  async #download(root: string, operation: Operation): Promise<void> {
    if (operation.download === undefined && (await this.#declined(root, 'download'))) return;
    const file = this.#ports.staging.downloadFile(operation.id);
    const stop = new AbortController();
    this.#stops.set(root, stop);
    try {
      const path = this.#ports.staging.path(file);
      const result = await this.#ports.download({
        root,
        url: operation.url ?? '',
        path,
        progress: operation.download,
        record: (progress) => this.#record({ kind: 'download-progress', root, progress }),
        check: async () => {
          const verdict = await this.#ports.check(root, { file, size: 0, via: 'download' });
          return verdict.kind === 'ok' ? undefined : verdict;
        },
        signal: stop.signal,
      });
      if (stop.signal.reason === 'stop') return;
      if (result.kind === 'failed') return await this.#finish(root, result.code, result.reason);
      const label = await packageLabel(this.#ports.disk, this.#ports.staging.path(file));
      const installParam = this.facts.roots[root]?.operation?.download?.descriptor?.installParam;
      const given = installParam === undefined ? {} : { installParam };
      const held: HeldPackage = { file, size: result.size, via: 'download', ...label, ...given };
      await this.#record({ kind: 'downloaded', root, held });
      await this.#ports.simulation.cut('downloaded');
    } finally {
      this.#stops.delete(root);
    }
  }

  /** The download checked the package already; a lone download ends here (State 50, result 200). */
  async #checked(root: string, operation: Operation): Promise<void> {
    await this.#record({ kind: 'checked', root });
    if (operation.kind === 'download') await this.#finish(root, 200, 'the package is stored');
  }

  async #begin(root: string, operation: Operation): Promise<void> {
    if (operation.kind === 'download') return this.#finish(root, 200, 'the package is stored');
    if (await this.#declined(root, 'update')) return;
    if (!isCritical(this.facts.roots[root]?.held)) await this.#ports.installTime(this.#ending.signal);
    if (!this.#closed) await this.#record({ kind: 'updating', root });
  }

  /** True when there is no consent: the operation has ended with 401, or the device is about to stop. */
  async #declined(root: string, to: ConsentTo): Promise<boolean> {
    const { simulation, consent } = this.#ports;
    const { held } = this.facts.roots[root] ?? {};
    const about = to === 'update' ? { name: held?.name, version: held?.version } : {};
    const simulated = to === 'update' && simulation.simulate.refuseUser === 'update';
    if (!simulated && (await consent(to, about, this.#ending.signal))) return false;
    if (!this.#closed) await this.#finish(root, 401, `the user refused the ${to}`);
    return true;
  }

  async #install(root: string, operation: Operation): Promise<void> {
    if (isUnasked(operation) && (await this.#declined(root, 'update'))) return;
    const held = this.facts.roots[root]?.held;
    if (held === undefined) return this.#finish(root, 402, 'the package is gone');
    const ports: InstallPorts = {
      ...this.#ports,
      record: (progress) => this.#record({ kind: 'install-progress', root, progress }),
    };
    this.#ports.emit({ kind: 'step', text: 'verifies the package' });
    const result = await install(ports, root, this.#ports.componentOf(root), held);
    if (result.kind === 'failed') return this.#finish(root, result.code, result.reason);
    return this.#reboot(root);
  }

  async #reboot(root: string): Promise<void> {
    await this.#ports.quiet();
    if (this.#closed) return;
    this.#ports.emit({ kind: 'step', text: 'restarts into the new image' });
    const observed = await this.#ports.reboot();
    const effect = recover(this.facts, observed, MAX_RESTARTS).find((one) => one.root === root);
    if (effect !== undefined) await this.#perform(effect.kind === 'reboot' ? lost(root) : effect);
  }

  async #confirm(root: string): Promise<void> {
    const { boot, slots, simulation, emit } = this.#ports;
    await simulation.cut('booted');
    const slot = this.#ports.runningSlot();
    const manifest = await slots.manifest(slot);
    await boot.confirm(slot, manifest?.securityFloor ?? 0);
    emit({ kind: 'boot', slot, outcome: 'confirmed' });
    await simulation.cut('confirmed');
    await this.#finish(root, 200, 'the new image runs');
  }

  async #finish(root: string, code: number, reason: string): Promise<void> {
    const before = this.facts.owed.length;
    const spoiled = code >= 402 && code <= 405 && this.facts.roots[root]?.operation?.step === 'updating';
    await this.#record(
      { kind: 'finished', root, code, reason: reason.slice(0, MAX_REASON_CHARACTERS), at: this.#ports.now() },
      // A package that can never be installed is not kept: 70 → 80.
      ...(spoiled && this.#ports.cleanUp !== 'keep' ? [{ kind: 'package-dropped', root } as const] : []),
    );
    this.#ports.emit({ kind: 'step', text: `${code}: ${reason}` });
    const report = this.facts.owed.at(-1);
    if (report !== undefined && this.facts.owed.length > before) this.#emitAlert('owed', report);
    await this.#ports.simulation.cut('before-report');
    this.#ports.onOwed();
  }

  async #broken(root: string, error: unknown): Promise<void> {
    if (error instanceof PowerCut) return this.#ports.onPowerCut(error);
    this.#ports.emit({ kind: 'error', code: 'disk', text: messageOf(error) });
    if (this.#closed) return;
    const operation = this.facts.roots[root]?.operation;
    const full = systemCode(error) === 'ENOSPC';
    const code = operation?.step === 'updating' ? (full ? 502 : 410) : full ? 501 : 409;
    // When not even this can be written the operation stays where it is, until the next start.
    await this.#finish(root, code, messageOf(error)).catch((second: unknown) => {
      if (second instanceof PowerCut) this.#ports.onPowerCut(second);
      else this.#ports.emit({ kind: 'error', code: 'disk', text: messageOf(second) });
    });
  }

  async #record(...facts: readonly Fact[]): Promise<void> {
    await this.#decide(() => ({ facts }));
  }

  async #decide<T extends { readonly facts: readonly Fact[] }>(
    decision: (facts: AgentFacts) => T,
  ): Promise<T> {
    const { journal, staging } = this.#ports;
    let before = journal.facts;
    const decided = await journal.decide((facts) => {
      before = facts;
      return decision(facts);
    });
    this.#emitStates(before, decided.facts);
    if (decided.facts.some(({ kind }) => FREEING.has(kind))) await staging.collect(journal.facts);
    return decided;
  }

  #emitStates(before: AgentFacts, facts: readonly Fact[]): void {
    let now = before;
    for (const fact of facts) {
      const after = applyFact(now, fact);
      if (fact.kind !== 'alert-settled') {
        const state = stateOf(after.roots[fact.root]);
        if (state !== stateOf(now.roots[fact.root])) {
          this.#ports.emit({ kind: 'state', root: fact.root, state, name: fumoState(state)?.name ?? '' });
        }
      }
      now = after;
    }
  }

  #emitAlert(phase: 'owed' | 'acknowledged' | 'dropped', report: OwedReport): void {
    const { root, code, correlator } = report;
    this.#ports.emit({ kind: 'alert', phase, root, type: finalAlert(report).type, code, correlator });
  }
}

/** Entries after which a package file may be wanted no longer. */
const FREEING: ReadonlySet<Fact['kind']> = new Set<Fact['kind']>([
  'package-held',
  'package-dropped',
  'cleaned',
  'accepted',
  'finished',
]);

function runs(facts: AgentFacts, root: string): boolean {
  return facts.roots[root]?.operation !== undefined;
}

/** An update of its own is begun without a question before; what was interrupted was answered then. */
function isUnasked({ kind, install, restarts }: Operation): boolean {
  return kind === 'update' && install === undefined && restarts === 0;
}

/** `priorityflag=critical` of a download descriptor: at once, whatever the policy (D-021). */
function isCritical(held: HeldPackage | undefined): boolean {
  return /(?:^|;)\s*priorityflag\s*=\s*critical\s*(?:;|$)/i.test(held?.installParam ?? '');
}

/** A restart that neither started the new image nor gave it up must not be tried for ever. */
function lost(root: string): Effect {
  return { kind: 'fail', root, code: 410, reason: 'the boot loader did not take the new image' };
}
