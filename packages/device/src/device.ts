/** One device as it runs: machine, journal, tree, agent, sessions, wake-up and control, wired together. */
import { stat } from 'node:fs/promises';
import { type Tree, TreeExecutor } from '@fumarole/dm/tree';
import { type HeldPackage, requestAlert } from '@fumarole/fumo/device';
import { type FumoOperation, fumoState, pkgUrlUri } from '@fumarole/fumo/object';
import { Agent } from './agent/agent.ts';
import { Journal } from './agent/journal.ts';
import { checkPackage, type PackageVerdict, trustOf } from './agent/package-check.ts';
import { type Simulation, simulationOf } from './agent/simulation.ts';
import { Staging } from './agent/staging.ts';
import { type BootControl, fileBootControl } from './boot/boot-control.ts';
import { AccountSessions } from './client/account-sessions.ts';
import { SessionDesk } from './client/session-desk.ts';
import { nameOf, readConfig, timingOf } from './config.ts';
import { controlHandler } from './control/control-handler.ts';
import { ControlServer } from './control/control-server.ts';
import { DeviceError } from './device-error.ts';
import { nodeDisk } from './disk/node-disk.ts';
import { PowerCut, PoweredDisk } from './disk/powered-disk.ts';
import { HttpDownloads } from './download/http-downloads.ts';
import type { DeviceEvent, DeviceEventBody } from './events.ts';
import type { DeviceHandle, DeviceStatus, RequestOptions, RootStatus, SessionReport } from './handle.ts';
import { slotFiles } from './installers/slot-files.ts';
import { type Layout, layoutOf } from './layout.ts';
import { lockDevice } from './lock.ts';
import { Machine } from './machine.ts';
import { DEFAULT_ROOTS, devDetailPlugin, factoryTree } from './object/device-tree.ts';
import { fumoObject } from './object/fumo-object.ts';
import type { DeviceConfig, FumoRootOptions, Timing } from './options.ts';
import { type TreeStore, treeStore } from './tree-store/tree-store.ts';
import { policyPrompter } from './ui/policy-prompter.ts';
import { userInteraction } from './ui/user-interaction.ts';
import { WakeListener } from './wake/wake-listener.ts';

const IDLE_CHECK_MS = 10;
const USER_AGENT = 'fumarole-device/1';

export class Device implements DeviceHandle {
  readonly dir: string;
  readonly name: string;
  readonly #config: DeviceConfig;
  readonly #timing: Timing;
  readonly #layout: Layout;
  readonly #roots: readonly FumoRootOptions[];
  readonly #unlock: () => Promise<void>;
  readonly #listeners = new Set<(event: DeviceEvent) => void>();
  readonly #disk: PoweredDisk = new PoweredDisk(nodeDisk);
  readonly #simulation: Simulation;
  readonly #bootControl: BootControl;
  readonly #machine: Machine;
  readonly #staging: Staging;
  readonly #trees: TreeStore;
  readonly #downloads: HttpDownloads;
  readonly #stopping = new AbortController();
  readonly #received = new Map<string, { bytes: number; total: number | undefined }>();
  #parts: Parts | undefined;
  #control: ControlServer | undefined;
  #wake: WakeListener | undefined;
  #dead = false;

  private constructor(dir: string, config: DeviceConfig, unlock: () => Promise<void>) {
    this.dir = dir;
    this.name = nameOf(config, dir);
    this.#config = config;
    this.#timing = timingOf(config);
    this.#layout = layoutOf(dir);
    this.#roots = config.fumo ?? DEFAULT_ROOTS;
    this.#unlock = unlock;
    const emit = this.#emit;
    const simulate = config.simulate ?? {};
    this.#simulation = simulationOf(simulate, {
      disk: nodeDisk,
      path: this.#layout.simulation,
      emit,
      pull: (cut) => this.#powerCut(cut),
    });
    this.#bootControl = fileBootControl(this.#disk, this.#layout.boot);
    const slots = slotFiles(this.#disk, this.#layout.slots);
    this.#machine = new Machine(this.#bootControl, slots, simulate, emit);
    this.#staging = new Staging(this.#disk, this.#layout.staging, config.storage?.packageBytes, simulate);
    this.#trees = treeStore(this.#disk, this.#layout.tree);
    this.#downloads = new HttpDownloads({
      disk: this.#disk,
      options: config.download ?? {},
      timing: this.#timing,
      room: () => this.#staging.room(),
      simulation: this.#simulation,
      emit,
      now: Date.now,
      userAgent: USER_AGENT,
    });
  }

  /** Locks the directory, boots, and goes on where the device was. @throws DeviceError */
  static async start(dir: string, listener?: (event: DeviceEvent) => void): Promise<Device> {
    await stat(dir).catch((error: unknown) => {
      throw new DeviceError('no-device', `${dir} holds no device`, error);
    });
    const config = await readConfig(nodeDisk, dir);
    const unlock = await lockDevice(dir);
    const device = new Device(dir, config, unlock);
    if (listener !== undefined) device.onEvent(listener);
    try {
      await device.#bringUp();
      return device;
    } catch (error) {
      await device.#release();
      throw error;
    }
  }

  onEvent(listener: (event: DeviceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  status(): DeviceStatus {
    const { agent, desk } = this.#running;
    const { identity } = this.#config;
    const { slot, sha256, manifest } = this.#machine.running;
    return {
      dir: this.dir,
      name: this.name,
      devId: identity.devId,
      man: identity.man,
      mod: identity.mod,
      fwV: this.#machine.fwV,
      release: manifest?.release ?? 0,
      slot,
      imageSha256: sha256,
      roots: this.#roots.map(({ uri }) => this.#rootStatus(agent, uri)),
      alertsOwed: agent.facts.owed.length,
      wakePort: this.#wake?.port,
      nextPollAt: desk.nextPollAt,
      lastSession: desk.last,
    };
  }

  async requestUpdate(by: 'user' | 'device', options: RequestOptions = {}): Promise<SessionReport> {
    if (options.root !== undefined) this.#rootOr(options.root);
    const request = requestAlert(by, options.root, options.data ?? '');
    return this.#running.desk.hold({ serverId: this.#serverOr(options.serverId), trigger: 1201, request });
  }

  async poke(serverId?: string): Promise<SessionReport> {
    return this.#running.desk.hold({ serverId: this.#serverOr(serverId), trigger: 1201 });
  }

  async startHeldUpdate(root?: string): Promise<void> {
    return this.#startItself(this.#rootOr(root), 'update');
  }

  async startDownloadAndUpdate(root?: string): Promise<void> {
    return this.#startItself(this.#rootOr(root), 'download-and-update');
  }

  cancelDownload(root?: string): void {
    if (!this.#running.agent.stopDownload(this.#rootOr(root), 'user')) {
      throw new DeviceError('refused', 'no download runs');
    }
  }

  async whenIdle(timeoutMs = 60_000): Promise<boolean> {
    const end = Date.now() + timeoutMs;
    while (!this.#idle()) {
      if (this.#dead || Date.now() > end) return false;
      await new Promise((resolve) => setTimeout(resolve, IDLE_CHECK_MS));
    }
    return true;
  }

  async stop(): Promise<void> {
    if (this.#dead) return;
    this.#dead = true;
    this.#stopping.abort();
    await this.#parts?.agent.close();
    await this.#parts?.desk.close();
    await this.#parts?.journal.close();
    await this.#release();
    this.#emit({ kind: 'stopped' });
  }

  async #bringUp(): Promise<void> {
    const observed = await this.#machine.start();
    const journal = await Journal.open(this.#disk, this.#layout.journal);
    if (journal.damaged) this.#emit({ kind: 'error', code: 'damaged', text: 'the journal was damaged' });
    const tree = factoryTree(this.#config, this.#machine.fwV, Date.now);
    await this.#loadTree(tree);
    await this.#trees.save(tree);
    const agent = this.#makeAgent(journal);
    const executor = this.#makeExecutor(tree);
    const desk = this.#makeDesk();
    const sessions = new AccountSessions({
      config: this.#config,
      tree,
      trees: this.#trees,
      agent,
      executor,
      now: Date.now,
      userAgent: USER_AGENT,
      signal: this.#stopping.signal,
    });
    this.#parts = { journal, tree, agent, sessions, desk };
    this.#control = await ControlServer.open(this.dir, controlHandler(this));
    await this.#listen();
    this.#emit({ kind: 'started', fwV: this.#machine.fwV, slot: observed.bootedSlot });
    await agent.resume(observed);
    desk.start();
    if (this.#config.policy?.startHeldUpdates === true) await this.#startHeldOnes(agent);
  }

  /** A damaged tree is kept beside; the device goes on with the one it left the factory with. */
  async #loadTree(tree: Tree): Promise<void> {
    try {
      await this.#trees.load(tree);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'damaged') throw error;
      this.#emit({ kind: 'error', code: error.code, text: error.message });
    }
  }

  #makeAgent(journal: Journal): Agent {
    const slots = slotFiles(this.#disk, this.#layout.slots);
    return new Agent({
      journal,
      staging: this.#staging,
      disk: this.#disk,
      slots,
      boot: this.#bootControl,
      simulation: this.#simulation,
      emit: this.#emit,
      slotBytes: this.#config.storage?.slotBytes,
      runningSlot: () => this.#machine.running.slot,
      pathOf: (file) => this.#staging.path(file),
      check: (root, held) => this.#check(root, held),
      download: (request) => this.#downloads.run(request),
      now: Date.now,
      cleanUp: this.#config.policy?.cleanUp ?? 'drop',
      componentOf: (root) => this.#roots.find(({ uri }) => uri === root)?.component,
      quiet: () => this.#running.desk.quiet(this.#timing.rebootWaitMs),
      reboot: () => this.#machine.start(),
      onOwed: () => this.#running.desk.reportSoon(),
      onPowerCut: (cut) => this.#powerCut(cut),
    });
  }

  #makeExecutor(tree: Tree): TreeExecutor {
    const ports = {
      disk: this.#disk,
      tree: () => this.#running.tree,
      agent: () => this.#running.agent,
      staging: this.#staging,
      simulation: this.#simulation,
      emit: this.#emit,
      synchronous: this.#config.policy?.exec === 'synchronous',
      onPowerCut: (cut: PowerCut) => this.#powerCut(cut),
    };
    const roots = this.#roots.map(({ uri }) => fumoObject(uri, ports));
    return new TreeExecutor({
      tree,
      plugins: [devDetailPlugin(() => this.#machine.fwV), ...roots],
      ui: userInteraction(policyPrompter(this.#config.policy?.user ?? {})),
    });
  }

  #makeDesk(): SessionDesk {
    return new SessionDesk({
      timing: this.#timing,
      emit: this.#emit,
      now: Date.now,
      pollMs: this.#config.schedule?.pollMs ?? 0,
      pollServer: this.#serverOr(undefined),
      owing: () => [...new Set(this.#running.agent.facts.owed.map(({ serverId }) => serverId))],
      run: (serverId, input) => this.#running.sessions.run(serverId, input),
      fatal: (error) => {
        if (error instanceof PowerCut) this.#powerCut(error);
      },
    });
  }

  async #listen(): Promise<void> {
    const { wakePort, wakeHost } = this.#config.schedule ?? {};
    if (wakePort === undefined) return;
    this.#wake = await WakeListener.open(wakePort, wakeHost, {
      account: (serverId) => this.#running.sessions.account(serverId),
      emit: this.#emit,
      onWake: ({ serverId, sessionID, resync }) => {
        const wish = {
          serverId,
          sessionID,
          trigger: 1200,
          ...(resync === undefined ? {} : { resync }),
        } as const;
        void this.#running.desk.hold(wish).catch(() => undefined);
      },
    });
  }

  async #check(root: string, held: HeldPackage): Promise<PackageVerdict> {
    const { identity, trust } = this.#config;
    const { manifest, sha256 } = this.#machine.running;
    const path = this.#staging.path(held.file);
    if (this.#simulation.simulate.damagePackage === true) await damage(this.#disk, path);
    const { securityFloor } = await this.#bootControl.read();
    const claims = {
      manufacturer: identity.man,
      model: identity.mod,
      hardware: identity.hwV,
      securityFloor,
      baseHashes: [sha256],
      ...(manifest === undefined ? {} : { version: manifest.version, release: manifest.release }),
    };
    return checkPackage(this.#disk, path, trustOf(trust.publishers), claims, async (bytes, total) => {
      this.#emit({ kind: 'progress', root, step: 'verify', bytes, total });
      if (bytes >= total / 2) await this.#simulation.cut('verifying');
    });
  }

  async #startItself(root: string, operation: FumoOperation): Promise<void> {
    const { agent, tree } = this.#running;
    const url = operation === 'update' ? undefined : tree.text(pkgUrlUri(root, operation));
    const serverId = this.#serverOr(undefined);
    const admission = await agent.start({
      root,
      operation,
      url,
      serverId,
      correlator: undefined,
      startedBy: 'device',
    });
    if (admission.status !== 202) throw new DeviceError('refused', admission.reason);
  }

  async #startHeldOnes(agent: Agent): Promise<void> {
    for (const { uri } of this.#roots) {
      const { held, operation } = agent.facts.roots[uri] ?? {};
      if (held !== undefined && operation === undefined && agent.state(uri) === 50) {
        await this.#startItself(uri, 'update');
      }
    }
  }

  #rootStatus(agent: Agent, uri: string): RootStatus {
    const facts = agent.facts.roots[uri];
    const state = agent.state(uri);
    const moved = this.#received.get(uri);
    return {
      uri,
      state,
      stateName: fumoState(state)?.name ?? '',
      operation: facts?.operation?.kind,
      received: moved?.bytes ?? facts?.held?.size,
      total: moved?.total ?? facts?.held?.size,
      lastResult: facts?.lastResult,
    };
  }

  #rootOr(uri: string | undefined): string {
    const root = uri === undefined ? this.#roots[0] : this.#roots.find((one) => one.uri === uri);
    if (root === undefined) throw new DeviceError('no-root', `there is no root ${uri ?? ''}`);
    return root.uri;
  }

  #serverOr(serverId: string | undefined): string {
    const { accounts } = this.#config;
    const found = serverId === undefined ? accounts[0] : accounts.find((one) => one.serverId === serverId);
    if (found === undefined)
      throw new DeviceError('no-account', `there is no account of ${serverId ?? 'a server'}`);
    return found.serverId;
  }

  #idle(): boolean {
    const { agent, desk } = this.#running;
    return !agent.busy && !desk.busy && agent.facts.owed.length === 0;
  }

  get #running(): Parts {
    if (this.#parts === undefined) throw new DeviceError('stopped', 'the device is not up yet');
    return this.#parts;
  }

  readonly #emit = (body: DeviceEventBody): void => {
    if (body.kind === 'progress' && (body.step === 'receive' || body.step === 'download')) {
      this.#received.set(body.root, { bytes: body.bytes, total: body.total });
    }
    const event: DeviceEvent = { ...body, at: Date.now() };
    for (const listener of this.#listeners) listener(event);
  };

  /** The device is dead from here on, like a machine without power; its directory can be started again. */
  #powerCut(cut: PowerCut): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#disk.pull(cut);
    this.#stopping.abort();
    void this.#parts?.agent.close();
    void this.#parts?.desk.close();
    void this.#parts?.journal.close();
    void this.#release().then(() => this.#emit({ kind: 'stopped' }));
  }

  async #release(): Promise<void> {
    this.#wake?.close();
    await this.#control?.close();
    this.#parts?.sessions.close();
    this.#downloads.close();
    await this.#unlock();
  }
}

interface Parts {
  readonly journal: Journal;
  readonly tree: Tree;
  readonly agent: Agent;
  readonly sessions: AccountSessions;
  readonly desk: SessionDesk;
}

/** Turns the last octet of a file (simulation). */
async function damage(disk: PoweredDisk, path: string): Promise<void> {
  const file = await disk.open(path);
  try {
    const at = (await file.size()) - 1;
    const [last = 0] = await file.read(at, 1);
    await file.write(at, Uint8Array.of(last ^ 0xff));
  } finally {
    await file.close();
  }
}
