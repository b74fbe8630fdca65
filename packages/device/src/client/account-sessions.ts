/** Sessions of one device with the servers of its accounts: what the tree, the agent and the configuration put into them. */
import type { ClientAccount, ClientAlert } from '@fumarole/dm/client';
import { readAccounts } from '@fumarole/dm/objects';
import type { Tree, TreeExecutor } from '@fumarole/dm/tree';
import { finalAlert, operationOfAlert, withPrefix } from '@fumarole/fumo/device';
import type { Agent } from '../agent/agent.ts';
import { timingOf } from '../config.ts';
import { DEFAULT_MAX_MSG_SIZE, DEFAULT_MAX_OBJ_SIZE, MAX_ALERTS_PER_SESSION } from '../limits.ts';
import { clientAccount, type Negotiated, storeNonces } from '../object/accounts.ts';
import { devInfoOfPackage1 } from '../object/device-tree.ts';
import type { DeviceConfig } from '../options.ts';
import type { TreeStore } from '../tree-store/tree-store.ts';
import { type DmSessionInput, type DmSessionResult, runDmSession } from './dm-session.ts';
import { DmTransport } from './dm-transport.ts';

export interface AccountSessionsPorts {
  readonly config: DeviceConfig;
  readonly tree: Tree;
  readonly trees: TreeStore;
  readonly agent: Agent;
  readonly executor: TreeExecutor;
  readonly now: () => number;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

export class AccountSessions {
  readonly #ports: AccountSessionsPorts;
  readonly #transports = new Map<string, DmTransport>();
  /** Nonces that a server may still use once: its last answer may have been lost (P-092). */
  readonly #previousNonces = new Map<string, string | undefined>();

  /** What each server agreed to last, for accounts without AAuthPref (S-023). */
  readonly #negotiated = new Map<string, Negotiated>();

  constructor(ports: AccountSessionsPorts) {
    this.#ports = ports;
  }

  /** Ids of the servers with an account, as the tree holds them now. */
  servers(): readonly string[] {
    return readAccounts(this.#ports.tree).map(({ account }) => account.serverId);
  }

  /** As the tree holds it now. */
  account(serverId: string): ClientAccount | undefined {
    return clientAccount(
      this.#ports.tree,
      serverId,
      this.#previousNonces.get(serverId),
      this.#negotiated.get(serverId),
    );
  }

  async run(serverId: string, input: Omit<DmSessionInput, 'account'>): Promise<DmSessionResult> {
    const { config, tree, trees, agent, executor, now, signal } = this.#ports;
    const account = this.account(serverId);
    await this.#dropOld(serverId, account === undefined);
    if (account === undefined) return noAccount(serverId);
    const transport = this.#transport(serverId);
    let kept = account;
    const [request] = this.#asConfigured(input.request === undefined ? [] : [input.request]);
    return runDmSession(
      { ...input, account, ...(request === undefined ? {} : { request }) },
      {
        transport,
        executor,
        deviceId: config.identity.devId,
        devInfo: devInfoOfPackage1(config),
        encoding: config.encoding ?? 'wbxml',
        limits: {
          maxMsgSize: config.maxMsgSize ?? DEFAULT_MAX_MSG_SIZE,
          maxObjSize: config.maxObjSize ?? DEFAULT_MAX_OBJ_SIZE,
          largeObjects: config.largeObjects ?? true,
        },
        now,
        owed: () => this.#asConfigured(agent.owed(serverId).slice(0, MAX_ALERTS_PER_SESSION).map(finalAlert)),
        delivered: async (key) => {
          const id = operationOfAlert(key);
          if (id !== undefined) await agent.acknowledged(id, false);
        },
        negotiated: (scheme) => void this.#negotiated.set(serverId, scheme),
        save: async (after) => {
          this.#previousNonces.set(serverId, after.server?.previousNonce);
          storeNonces(tree, kept, after);
          kept = after;
          await trees.save(tree);
        },
        signal,
      },
    );
  }

  #asConfigured(alerts: readonly ClientAlert[]): readonly ClientAlert[] {
    return this.#ports.config.alertPrefix === true ? alerts.map(withPrefix) : alerts;
  }

  /** What was agreed with a server is over: its account is another one. */
  forget(serverIds: readonly string[]): void {
    for (const serverId of serverIds) {
      this.#previousNonces.delete(serverId);
      this.#negotiated.delete(serverId);
    }
  }

  close(): void {
    for (const transport of this.#transports.values()) transport.close();
  }

  /** An alert that no server wanted in all this time is dropped (fumo.md §5), and so is one for a server without an account. */
  async #dropOld(serverId: string, gone: boolean): Promise<void> {
    const { agent, config, now } = this.#ports;
    const { alertAgeMs } = timingOf(config);
    for (const { id, at } of agent.owed(serverId)) {
      if (gone || now() - at > alertAgeMs) await agent.acknowledged(id, true);
    }
  }

  #transport(serverId: string): DmTransport {
    const { config, userAgent, now } = this.#ports;
    const known = this.#transports.get(serverId);
    if (known !== undefined) return known;
    // An account that came by bootstrap has the transport rules of all of them.
    const account = config.accounts.find((one) => one.serverId === serverId) ?? config.bootstrap ?? {};
    const transport = new DmTransport({
      account,
      timing: timingOf(config),
      maxMsgSize: config.maxMsgSize ?? DEFAULT_MAX_MSG_SIZE,
      userAgent,
      now,
    });
    this.#transports.set(serverId, transport);
    return transport;
  }
}

function noAccount(serverId: string): DmSessionResult {
  const reason = `no account of ${serverId}`;
  return { outcome: 'failed', messages: 0, requestStatus: undefined, reason, retryAfterMs: undefined };
}
