/** What a device works with while it is up, wired to each other: journal, tree, agent, sessions. */
import { type Tree, TreeExecutor } from '@fumarole/dm/tree';
import { Agent } from './agent/agent.ts';
import { Journal } from './agent/journal.ts';
import { ownCheck } from './agent/own-check.ts';
import { BootstrapMemory } from './bootstrap/memory.ts';
import { type OpenBootstrap, openBootstrap } from './bootstrap/open-bootstrap.ts';
import { AccountSessions } from './client/account-sessions.ts';
import { SessionDesk } from './client/session-desk.ts';
import { timingOf } from './config.ts';
import { DeviceError, messageOf } from './device-error.ts';
import { PowerCut } from './disk/powered-disk.ts';
import type { Emit } from './emit.ts';
import type { Ground } from './ground.ts';
import { slotFiles } from './installers/slot-files.ts';
import { USER_AGENT } from './limits.ts';
import { devDetailPlugin, factoryTree } from './object/device-tree.ts';
import { fumoObject } from './object/fumo-object.ts';
import { withoutGoneServers } from './tree-store/gone-servers.ts';
import { type TreeStore, treeStore } from './tree-store/tree-store.ts';
import { consentOf } from './ui/consent.ts';
import { policyPrompter } from './ui/policy-prompter.ts';
import { type Prompter, userInteraction } from './ui/user-interaction.ts';
import { WakeDesk } from './wake/wake-desk.ts';
import { WakeMemory } from './wake/wake-memory.ts';

export interface Parts extends OpenBootstrap {
  readonly journal: Journal;
  readonly tree: Tree;
  readonly agent: Agent;
  readonly sessions: AccountSessions;
  readonly desk: SessionDesk;
  readonly wakes: WakeDesk;
}

/** Reads what the device kept, and wires it. The journal is the caller's to close. */
export async function openParts(ground: Ground): Promise<Parts> {
  const { config, disk, layout, machine, emit } = ground;
  const journal = await Journal.open(disk, layout.journal);
  try {
    if (journal.damaged) emit({ kind: 'error', code: 'damaged', text: 'the journal was damaged' });
    const tree = factoryTree(config, machine.fwV, Date.now);
    const trees = withoutGoneServers(treeStore(disk, layout.tree));
    const memory = await BootstrapMemory.open(disk, layout.bootstrap, emit);
    await loadTree(trees, tree, emit);
    await trees.save(tree);
    const agent = makeAgent(ground, journal, () => desk);
    const executor = makeExecutor(ground, tree, agent);
    const sessions = new AccountSessions({
      config,
      tree,
      trees,
      agent,
      executor,
      now: Date.now,
      userAgent: USER_AGENT,
      signal: ground.signal,
    });
    const desk: SessionDesk = makeDesk(ground, agent, sessions, memory);
    const bootstrap = openBootstrap(ground, prompterOf(ground), { tree, trees, memory, sessions, desk });
    const wakes = makeWakes(ground, { sessions, desk }, await WakeMemory.open(disk, layout.wakes, emit));
    return { journal, tree, agent, sessions, desk, wakes, ...bootstrap };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** A damaged tree is kept beside; the device goes on with the one it left the factory with. */
async function loadTree(trees: TreeStore, tree: Tree, emit: Emit): Promise<void> {
  try {
    await trees.load(tree);
  } catch (error) {
    if (!(error instanceof DeviceError) || error.code !== 'damaged') throw error;
    emit({ kind: 'error', code: error.code, text: error.message });
  }
}

function makeAgent(ground: Ground, journal: Journal, desk: () => SessionDesk): Agent {
  const { config, layout, roots, disk, simulation, bootControl, machine, staging, downloads, emit } = ground;
  const { policy = {} } = config;
  const { installIdleMs, rebootWaitMs } = timingOf(config);
  const check = ownCheck({ config, machine, disk, staging, simulation, bootControl, emit });
  return new Agent({
    journal,
    staging,
    disk,
    slots: slotFiles(disk, layout.slots),
    boot: bootControl,
    simulation,
    emit,
    check,
    slotBytes: config.storage?.slotBytes,
    runningSlot: () => machine.running.slot,
    pathOf: (file) => staging.path(file),
    download: (request) => downloads.run(request),
    now: Date.now,
    cleanUp: policy.cleanUp ?? 'drop',
    componentOf: (root) => roots.find(({ uri }) => uri === root)?.component,
    consent: consentOf(
      policy.consent ?? {},
      prompterOf(ground),
      ground.prompter === undefined ? 'yes' : 'ask',
    ),
    installTime: async (signal) => {
      if (policy.install === 'when-idle') await desk().idle(installIdleMs, signal);
    },
    quiet: () => desk().quiet(rebootWaitMs),
    reboot: () => machine.start(),
    onOwed: () => desk().reportSoon(),
    onPowerCut: ground.onPowerCut,
  });
}

function makeExecutor(ground: Ground, tree: Tree, agent: Agent): TreeExecutor {
  const { config, roots, disk, staging, simulation, machine, emit, onPowerCut } = ground;
  const ports = {
    disk,
    tree: () => tree,
    agent: () => agent,
    staging,
    simulation,
    emit,
    synchronous: config.policy?.exec === 'synchronous',
    onPowerCut,
  };
  return new TreeExecutor({
    tree,
    plugins: [devDetailPlugin(() => machine.fwV), ...roots.map(({ uri }) => fumoObject(uri, ports))],
    ui: userInteraction(prompterOf(ground)),
  });
}

function makeWakes(
  ground: Ground,
  { sessions, desk }: Pick<Parts, 'sessions' | 'desk'>,
  memory: WakeMemory,
): WakeDesk {
  const { config, emit, onPowerCut, signal } = ground;
  const { policy = {} } = config;
  return new WakeDesk({
    account: (serverId) => sessions.account(serverId),
    memory,
    prompter: prompterOf(ground),
    emit,
    now: Date.now,
    consent: policy.consent?.session ?? (ground.prompter === undefined ? 'yes' : 'ask'),
    resync: policy.resync ?? 'accept',
    resyncPauseMs: timingOf(config).resyncPauseMs,
    signal,
    onWake: ({ serverId, sessionID, resync }) => {
      const form = resync === undefined ? {} : { resync };
      void desk.hold({ serverId, sessionID, trigger: 1200, ...form }).catch(() => undefined);
    },
    onPowerCut,
  });
}

function prompterOf({ prompter, config }: Ground): Prompter {
  return prompter ?? policyPrompter(config.policy?.user ?? {});
}

function makeDesk(
  { config, emit, onPowerCut }: Ground,
  agent: Agent,
  sessions: AccountSessions,
  memory: BootstrapMemory,
): SessionDesk {
  return new SessionDesk({
    timing: timingOf(config),
    emit,
    now: Date.now,
    pollMs: config.schedule?.pollMs ?? 0,
    pollServer: () => sessions.servers()[0],
    knows: (serverId) => sessions.servers().includes(serverId),
    ended: async (serverId) => {
      try {
        await memory.contacted(serverId);
      } catch (error) {
        if (error instanceof PowerCut) throw error;
        // It is contacted once more after the next start.
        emit({ kind: 'error', code: 'disk', text: messageOf(error) });
      }
    },
    owing: () => [...new Set(agent.facts.owed.map(({ serverId }) => serverId))],
    run: (serverId, input) => sessions.run(serverId, input),
    fatal: (error) => {
      if (error instanceof PowerCut) onPowerCut(error);
    },
  });
}
