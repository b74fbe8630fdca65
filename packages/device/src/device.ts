/** One device as it runs: machine, journal, tree, agent, sessions, wake-up and control, wired together. */
import { stat } from 'node:fs/promises';
import { requestAlert } from '@fumarole/fumo/device';
import { type FumoOperation, fumoState, pkgUrlUri } from '@fumarole/fumo/object';
import type { Agent } from './agent/agent.ts';
import { acceptedOr } from './bootstrap/bootstrap-desk.ts';
import { nameOf, readConfig } from './config.ts';
import { controlHandler } from './control/control-handler.ts';
import { ControlServer } from './control/control-server.ts';
import { DeviceError } from './device-error.ts';
import { nodeDisk } from './disk/node-disk.ts';
import type { PowerCut } from './disk/powered-disk.ts';
import type { DeviceEvent, DeviceEventBody } from './events.ts';
import { type Ground, groundOf, type Surroundings } from './ground.ts';
import type { DeviceHandle, DeviceStatus, RequestOptions, RootStatus, SessionReport } from './handle.ts';
import { lockDevice } from './lock.ts';
import type { DeviceConfig } from './options.ts';
import { openParts, type Parts } from './parts.ts';
import { Bearers } from './wake/bearers.ts';
import { type PushEntry, pushEntry } from './wake/push-entry.ts';
import type { SmsForm, SmsOutcome } from './wake/sms-inbox.ts';

const IDLE_CHECK_MS = 10;

export class Device implements DeviceHandle {
  readonly dir: string;
  readonly name: string;
  readonly #config: DeviceConfig;
  readonly #ground: Ground;
  readonly #unlock: () => Promise<void>;
  readonly #listeners = new Set<(event: DeviceEvent) => void>();
  readonly #stopping = new AbortController();
  readonly #received = new Map<string, { bytes: number; total: number | undefined }>();
  #parts: Parts | undefined;
  #control: ControlServer | undefined;
  #bearers: Bearers | undefined;
  #dead = false;

  private constructor(dir: string, config: DeviceConfig, unlock: () => Promise<void>, around: Surroundings) {
    this.dir = dir;
    this.name = nameOf(config, dir);
    this.#config = config;
    this.#unlock = unlock;
    this.#ground = groundOf(dir, config, {
      ...around,
      emit: this.#emit,
      onPowerCut: (cut) => this.#powerCut(cut),
      signal: this.#stopping.signal,
    });
  }

  /** Locks the directory, boots, and goes on where the device was. @throws DeviceError */
  static async start(
    dir: string,
    listener?: (event: DeviceEvent) => void,
    around: Surroundings = { prompter: undefined, smartcard: undefined },
  ): Promise<Device> {
    await stat(dir).catch((error: unknown) => {
      throw new DeviceError('no-device', `${dir} holds no device`, error);
    });
    const config = await readConfig(nodeDisk, dir);
    const unlock = await lockDevice(dir);
    const device = new Device(dir, config, unlock, around);
    if (listener !== undefined) device.onEvent(listener);
    try {
      await device.#bringUp();
      return device;
    } catch (error) {
      device.#dead = true;
      await device.#closeParts();
      await device.#release();
      throw error;
    }
  }

  onEvent(listener: (event: DeviceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  status(): DeviceStatus {
    const { agent, desk, sessions } = this.#running;
    const { identity } = this.#config;
    const { slot, sha256, manifest } = this.#ground.machine.running;
    return {
      dir: this.dir,
      name: this.name,
      devId: identity.devId,
      man: identity.man,
      mod: identity.mod,
      fwV: this.#ground.machine.fwV,
      release: manifest?.release ?? 0,
      slot,
      imageSha256: sha256,
      roots: this.#ground.roots.map(({ uri }) => this.#rootStatus(agent, uri)),
      servers: sessions.servers(),
      alertsOwed: agent.facts.owed.length,
      wakePort: this.#bearers?.udpPort,
      httpPushPort: this.#bearers?.httpPort,
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

  async bootstrap(octets: Uint8Array, pin?: string): Promise<readonly string[]> {
    return acceptedOr(await this.#running.bootstrap.file(octets, pin));
  }

  receiveSms(octets: Uint8Array, form: SmsForm = 'pdu'): SmsOutcome {
    if (this.#bearers === undefined) throw new DeviceError('stopped', 'the device is not up yet');
    return this.#bearers.sms(octets, form);
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
    await this.#closeParts();
    await this.#release();
    this.#emit({ kind: 'stopped' });
  }

  async #bringUp(): Promise<void> {
    const observed = await this.#ground.machine.start();
    const parts = await openParts(this.#ground);
    this.#parts = parts;
    this.#control = await ControlServer.open(this.dir, controlHandler(this));
    await this.#listen();
    this.#emit({ kind: 'started', fwV: this.#ground.machine.fwV, slot: observed.bootedSlot });
    await parts.agent.resume(observed);
    await parts.card.start();
    parts.desk.start();
    parts.contact();
    if (this.#config.policy?.startHeldUpdates === true) await this.#startHeldOnes(parts.agent);
  }

  async #listen(): Promise<void> {
    this.#bearers = await Bearers.open(this.#config.schedule ?? {}, this.#pushes(), this.#emit);
  }

  /** Every bearer hands its pushes over here. */
  #pushes(): PushEntry {
    const { wakes, bootstrap } = this.#running;
    return pushEntry({
      onPackage0: (package0) => wakes.take(package0),
      onBootstrap: (push) => void bootstrap.push(push),
      emit: this.#emit,
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
    for (const { uri } of this.#ground.roots) {
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
    const root =
      uri === undefined ? this.#ground.roots[0] : this.#ground.roots.find((one) => one.uri === uri);
    if (root === undefined) throw new DeviceError('no-root', `there is no root ${uri ?? ''}`);
    return root.uri;
  }

  #serverOr(serverId: string | undefined): string {
    const servers = this.#running.sessions.servers();
    const found = serverId === undefined ? servers[0] : servers.find((one) => one === serverId);
    if (found === undefined)
      throw new DeviceError('no-account', `there is no account of ${serverId ?? 'a server'}`);
    return found;
  }

  #idle(): boolean {
    const { agent, desk, bootstrap, wakes } = this.#running;
    const busy = agent.busy || desk.busy || bootstrap.busy || wakes.busy;
    return !busy && agent.facts.owed.length === 0;
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
    this.#ground.disk.pull(cut);
    this.#stopping.abort();
    void this.#closeParts();
    void this.#release().then(() => this.#emit({ kind: 'stopped' }));
  }

  /** What works ends first, the journal that it writes to last. */
  async #closeParts(): Promise<void> {
    const { agent, desk, card, journal } = this.#parts ?? {};
    await Promise.all([agent?.close(), desk?.close(), card?.close()]);
    await journal?.close();
  }

  async #release(): Promise<void> {
    await this.#bearers?.close();
    await this.#control?.close();
    this.#parts?.sessions.close();
    this.#ground.downloads.close();
    await this.#unlock();
  }
}
