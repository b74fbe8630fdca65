/**
 * What to do with an operation that a power loss, or a restart, left behind (fumo.md §3.2; F-056…F-058).
 *
 * What booted is the ground truth: a slot that runs and has the hash that was meant is installed, whatever else the
 * journal says. The journal only tells what was meant. Everything before the switch can be begun anew, because nothing
 * that runs was touched.
 */
import type { AgentFacts, Operation } from './facts.ts';

/** What the machine itself says at start-up. */
export interface Observed {
  /** The slot that booted. */
  readonly bootedSlot: string;
  /** Hash of that slot's image, lower-case hex. */
  readonly bootedSha256: string;
  /** The slot on trial: its boot has not been confirmed. */
  readonly trialSlot?: string;
  /** The slot that the next boot tries first. */
  readonly nextSlot: string;
  /** The slot whose trial the boot loader gave up. */
  readonly rolledBackSlot?: string;
}

export type Effect =
  | { readonly kind: 'download'; readonly root: string }
  | { readonly kind: 'check'; readonly root: string }
  /** Verify and write from the beginning. */
  | { readonly kind: 'install'; readonly root: string }
  /** The slot is switched, the machine has not been restarted into it. */
  | { readonly kind: 'reboot'; readonly root: string }
  /** The new image runs: confirm it, then report success. */
  | { readonly kind: 'confirm'; readonly root: string }
  | { readonly kind: 'fail'; readonly root: string; readonly code: number; readonly reason: string };

/** One effect for each operation under way, in the order they were accepted. */
export function recover(facts: AgentFacts, observed: Observed, maxRestarts: number): readonly Effect[] {
  return Object.entries(facts.roots)
    .flatMap(([root, { operation }]) => (operation === undefined ? [] : [{ root, operation }]))
    .sort((a, b) => a.operation.id - b.operation.id)
    .map(({ root, operation }) => effectOf(root, operation, observed, maxRestarts));
}

function effectOf(root: string, operation: Operation, observed: Observed, maxRestarts: number): Effect {
  switch (operation.step) {
    case 'downloading':
      return { kind: 'download', root };
    case 'downloaded':
      return { kind: 'check', root };
    case 'checked':
      return operation.kind === 'download' ? { kind: 'check', root } : begin(root, operation, maxRestarts);
    case 'updating':
      return effectOfUpdate(root, operation, observed, maxRestarts);
  }
}

function effectOfUpdate(root: string, operation: Operation, observed: Observed, maxRestarts: number): Effect {
  const install = operation.install;
  if (install === undefined || install.step === 'verified' || install.step === 'written') {
    return begin(root, operation, maxRestarts);
  }
  if (observed.bootedSlot === install.slot && observed.bootedSha256 === install.sha256) {
    return { kind: 'confirm', root };
  }
  if (observed.nextSlot === install.slot && observed.trialSlot === install.slot)
    return { kind: 'reboot', root };
  if (observed.rolledBackSlot === install.slot) return rolledBack(root);
  // `switching` was written before the switch: the power went in between, and the boot variables still name the old slot.
  if (install.step === 'switching') return begin(root, operation, maxRestarts);
  return rolledBack(root);
}

function rolledBack(root: string): Effect {
  return { kind: 'fail', root, code: 410, reason: 'rolled back: the new image did not start' };
}

function begin(root: string, operation: Operation, maxRestarts: number): Effect {
  return operation.restarts >= maxRestarts
    ? { kind: 'fail', root, code: 410, reason: `interrupted ${operation.restarts} times` }
    : { kind: 'install', root };
}
