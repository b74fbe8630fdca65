import {
  type Atomic,
  type Command,
  type Encoding,
  effectiveMeta,
  type Item,
  type Sequence,
} from '@fumarole/syncml';
import { ChunkIntake, type ChunkPart, decodedSize } from './chunk-intake.ts';
import { executeAdd } from './command-add.ts';
import { executeCopy } from './command-copy.ts';
import { executeDelete } from './command-delete.ts';
import { executeExec } from './command-exec.ts';
import { executeGet } from './command-get.ts';
import { admitReplace, executeReplace } from './command-replace.ts';
import { type ItemContext, type ItemResult, isSuccess, type MetaItem, type Undo } from './item-context.ts';
import { type CommandOutcome, notExecuted } from './outcome.ts';
import type { ChunkSink, ObjectPlugin, UserInteraction } from './plugin.ts';
import { PluginTable } from './plugin-table.ts';
import { Refusal } from './refusal.ts';
import { openSink } from './store-value.ts';
import { isInbox, resolveNode } from './target.ts';
import type { Tree } from './tree.ts';
import { executeAlert, isUserRefusal } from './user-alert.ts';
import { isTnds } from './wire-value.ts';

export interface ExecutorOptions {
  readonly tree: Tree;
  readonly plugins?: readonly ObjectPlugin[];
  readonly ui?: UserInteraction;
  /** Does the device know serialised subtrees? Default true; false: Add and Replace 415, `?list=TNDS` 406 (T-090). */
  readonly tnds?: boolean;
  /** Objects for the Inbox that the device has no place for are passed over instead of refused (N-106). */
  readonly skipUnknown?: boolean;
  /** Will the statuses of this Atomic fit one message? Otherwise it is answered 517 and not begun (tree §5.5). */
  readonly atomicFits?: (atomic: Atomic) => boolean;
  /** A plug-in threw (the server is told 500). */
  readonly onFault?: (error: unknown, uri: string) => void;
}

type ItemCommand = Extract<Command, { kind: keyof typeof HANDLERS }>;

const HANDLERS = {
  Add: executeAdd,
  Copy: executeCopy,
  Delete: executeDelete,
  Exec: executeExec,
  Get: async (context: ItemContext, item: MetaItem): Promise<ItemResult> => executeGet(context, item),
  Replace: executeReplace,
};

/** Children an Atomic may hold beside Alert; any other is 500 and fails it (tree §5.5). */
type Undoable = Extract<Command, { kind: 'Add' | 'Copy' | 'Delete' | 'Replace' }>;

interface Caller {
  readonly serverId: string;
  readonly wire: Encoding;
}

/** What one command came to, and whether the user stopped what follows it. */
interface Run {
  readonly outcomes: readonly CommandOutcome[];
  readonly refused: boolean;
}

/**
 * Executes the commands of authenticated servers on a tree: URI, limits, rights, AccessType and formats in the order of tree §5.1,
 * then the plug-in behind the node. One command at a time: the tree must not be changed by the device while one runs.
 */
export class TreeExecutor {
  readonly #options: ExecutorOptions;
  readonly #plugins: PluginTable;
  readonly #intake: ChunkIntake;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#plugins = new PluginTable(options.plugins ?? []);
    this.#intake = new ChunkIntake({ open: openObject, apply: applyObject });
  }

  /** One outcome for each Item, in document order, a container before its children. Never rejects for what a server sent. */
  async execute(command: Command, serverId: string, wire: Encoding): Promise<readonly CommandOutcome[]> {
    return (await this.#run(command, { serverId, wire })).outcomes;
  }

  /** The next part of a large object: 213, and after the last one the status of the command. */
  async chunk(part: ChunkPart, serverId: string): Promise<CommandOutcome> {
    const context = this.#context({ serverId, wire: 'wbxml' }, []);
    const outcome = { cmdID: part.cmdID ?? '', cmd: part.cmd, targetRef: part.uri };
    const { code } = await this.#guarded(part.uri, async () => ({
      code: await this.#intake.take(context, part),
    }));
    return { ...outcome, code };
  }

  /** Forgets the large object that is on its way to this node. */
  async dropObject(uri: string): Promise<void> {
    await this.#intake.drop(uri);
  }

  async #run(command: Command, caller: Caller): Promise<Run> {
    switch (command.kind) {
      case 'Atomic':
        return this.#atomic(command, caller);
      case 'Sequence':
        return this.#sequence(command, caller);
      case 'Alert': {
        const outcome = await executeAlert(command, this.#options.ui);
        return { outcomes: [outcome], refused: isUserRefusal(command, outcome.code) };
      }
      case 'Results':
      case 'Status':
        return { outcomes: [], refused: false };
      case 'Unsupported': {
        const code = command.dataSync ? 406 : 501;
        return { outcomes: [{ cmdID: command.CmdID, cmd: command.name, code }], refused: false };
      }
      default:
        return { outcomes: await this.#items(command, caller, [], false), refused: false };
    }
  }

  /** Runs the Items in order; in an Atomic those after a failure are not executed. */
  async #items(
    command: ItemCommand,
    caller: Caller,
    undo: Undo[][],
    stop: boolean,
  ): Promise<CommandOutcome[]> {
    const outcomes: CommandOutcome[] = [];
    for (const item of command.items) {
      if (stop && outcomes.some(({ code }) => !isSuccess(code))) {
        outcomes.push(outcomeOf(command, item, { code: 215 }));
        continue;
      }
      const steps: Undo[] = [];
      undo.push(steps);
      const correlator = command.kind === 'Exec' ? command.Correlator : undefined;
      const context = this.#context(caller, steps, correlator);
      const full: MetaItem = { ...item, Meta: effectiveMeta(command.Meta, item) };
      const uri = item.Target?.LocURI ?? '';
      const result = await this.#guarded(uri, () => HANDLERS[command.kind](context, full));
      outcomes.push(outcomeOf(command, item, result));
    }
    // A command without Items has nothing to act on (protocol: incomplete command).
    return outcomes.length > 0 ? outcomes : [{ cmdID: command.CmdID, cmd: command.kind, code: 412 }];
  }

  async #sequence(sequence: Sequence, caller: Caller): Promise<Run> {
    const outcomes: CommandOutcome[] = [{ cmdID: sequence.CmdID, cmd: 'Sequence', code: 200 }];
    let refused = false;
    for (const command of sequence.commands) {
      if (refused) outcomes.push(...notExecuted(command));
      else {
        const run = await this.#run(command, caller);
        outcomes.push(...run.outcomes);
        refused = run.refused;
      }
    }
    return { outcomes, refused: false };
  }

  async #atomic(atomic: Atomic, caller: Caller): Promise<Run> {
    const { tree, atomicFits } = this.#options;
    if (atomicFits?.(atomic) === false)
      return failedAtomic(atomic, 517, atomic.commands.flatMap(notExecuted));
    const before = tree.root;
    const undo: Undo[][] = [];
    const done: CommandOutcome[] = [];
    for (const [at, command] of atomic.commands.entries()) {
      const run = await this.#atomicChild(command, caller, undo);
      done.push(...run.outcomes);
      const failure = done.findIndex(({ code }) => !isSuccess(code));
      if (failure < 0) continue;
      const undone = await this.#undo(done.slice(0, failure), undo);
      tree.rollback(before);
      const later = atomic.commands.slice(at + 1).flatMap(notExecuted);
      return failedAtomic(atomic, run.refused ? 215 : 507, [...undone, ...done.slice(failure), ...later]);
    }
    return { outcomes: [{ cmdID: atomic.CmdID, cmd: 'Atomic', code: 200 }, ...done], refused: false };
  }

  async #atomicChild(command: Command, caller: Caller, undo: Undo[][]): Promise<Run> {
    if (command.kind === 'Alert') {
      undo.push([]);
      return this.#run(command, caller);
    }
    if (isUndoable(command)) {
      return { outcomes: await this.#items(command, caller, undo, true), refused: false };
    }
    const [first, ...rest] = notExecuted(command);
    return { outcomes: first === undefined ? [] : [{ ...first, code: 500 }, ...rest], refused: false };
  }

  /** Takes back what plug-ins did, last first; 516 for an Item that could not be (T-063). */
  async #undo(done: readonly CommandOutcome[], undo: readonly Undo[][]): Promise<CommandOutcome[]> {
    const codes = done.map(() => 216);
    for (let at = undo.length - 1; at >= 0; at -= 1) {
      for (const step of [...(undo[at] ?? [])].reverse()) {
        const { code } = await this.#guarded(done[at]?.targetRef ?? '', async () => ({
          code: (await step()) ? 216 : 516,
        }));
        if (code !== 216) codes[at] = 516;
      }
    }
    return done.map(({ results, ...outcome }, at) => ({ ...outcome, code: codes[at] ?? 216 }));
  }

  #context(caller: Caller, undo: Undo[], correlator?: string): ItemContext {
    const { tree, tnds = true, skipUnknown = false } = this.#options;
    const base = { ...caller, tree, tnds, skipUnknown, plugins: this.#plugins, undo };
    return correlator === undefined ? base : { ...base, correlator };
  }

  /** Refusals become their status; what a plug-in throws is 500. */
  async #guarded(uri: string, work: () => Promise<ItemResult>): Promise<ItemResult & { failedUri?: string }> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal) {
        return {
          code: error.status,
          ...(error.failedUri === undefined ? {} : { failedUri: error.failedUri }),
        };
      }
      this.#options.onFault?.(error, uri);
      return { code: 500 };
    }
  }
}

function isUndoable(command: Command): command is Undoable {
  const { kind } = command;
  return kind === 'Add' || kind === 'Copy' || kind === 'Delete' || kind === 'Replace';
}

function failedAtomic(atomic: Atomic, code: number, children: readonly CommandOutcome[]): Run {
  return { outcomes: [{ cmdID: atomic.CmdID, cmd: 'Atomic', code }, ...children], refused: false };
}

function outcomeOf(
  command: ItemCommand,
  item: Item,
  result: ItemResult & { readonly failedUri?: string },
): CommandOutcome {
  return {
    cmdID: command.CmdID,
    cmd: command.kind,
    code: result.code,
    ...(item.Target === undefined ? {} : { targetRef: item.Target.LocURI }),
    ...(item.Source === undefined ? {} : { sourceRef: item.Source.LocURI }),
    ...(result.results === undefined ? {} : { results: result.results }),
    ...(result.failedUri === undefined ? {} : { items: [{ Target: { LocURI: result.failedUri } }] }),
  };
}

/** The target of a large Replace is checked before its first octet is kept; an Add is checked when it is whole. */
async function openObject(
  context: ItemContext,
  part: ChunkPart,
  item: MetaItem,
): Promise<ChunkSink | undefined> {
  const { path } = resolveNode(context.tree, item.Target);
  if (isInbox(path) || part.cmd === 'Add' || (context.tnds && isTnds(item.Meta))) return undefined;
  const node = admitReplace(context, path, item);
  return openSink(
    context,
    path,
    { format: part.format ?? node.format, type: part.type ?? node.type },
    decodedSize(part),
  );
}

async function applyObject(context: ItemContext, part: ChunkPart, octets: Uint8Array): Promise<number> {
  const Meta = {
    ...(part.format === undefined ? {} : { Format: part.format }),
    ...(part.type === undefined ? {} : { Type: part.type }),
  };
  const item: MetaItem = { Target: { LocURI: part.uri }, Meta, Data: octets, decoded: true };
  return (await HANDLERS[part.cmd](context, item)).code;
}
