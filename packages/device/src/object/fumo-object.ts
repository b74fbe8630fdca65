/** A FUMO root in the management tree: State, the package sink, and Exec (fumo.md §2–4). */
import type {
  ChunkSink,
  ExecRequest,
  ObjectPlugin,
  PluginResult,
  SinkRequest,
  Tree,
} from '@fumarole/dm/tree';
import {
  type FumoOperation,
  lastResultUri,
  operationUri,
  pkgDataUri,
  pkgUrlUri,
  stateUri,
} from '@fumarole/fumo/object';
import type { Agent } from '../agent/agent.ts';
import { packageLabel } from '../agent/package-label.ts';
import type { Simulation } from '../agent/simulation.ts';
import type { Staging } from '../agent/staging.ts';
import { systemCode } from '../device-error.ts';
import type { Disk, DiskFile } from '../disk/disk.ts';
import { PowerCut } from '../disk/powered-disk.ts';
import type { Emit } from '../emit.ts';

export interface FumoObjectPorts {
  readonly tree: () => Tree;
  readonly agent: () => Agent;
  readonly disk: Disk;
  readonly staging: Staging;
  readonly simulation: Simulation;
  readonly emit: Emit;
  /** The Exec is answered after the work, 200 (F-064). */
  readonly synchronous: boolean;
  readonly onPowerCut: (cut: PowerCut) => void;
}

const OPERATIONS: readonly FumoOperation[] = ['download', 'update', 'download-and-update'];

export function fumoObject(root: string, ports: FumoObjectPorts): ObjectPlugin {
  const urls = new Set([pkgUrlUri(root, 'download'), pkgUrlUri(root, 'download-and-update')]);
  return {
    root,
    get: (uri) => leafValue(root, uri, ports.agent()),
    replace: (uri) => (urls.has(uri) ? { code: ports.agent().mayChange(root).status } : { code: 200 }),
    remove: () => ({ code: ports.agent().mayChange(root).status }),
    exec: (uri, request) => execute(root, uri, request, ports),
    sink: async (uri, request) => (uri === pkgDataUri(root) ? openSink(root, request, ports) : undefined),
  };
}

/** What the device itself knows; everything else is stored in the tree. */
function leafValue(root: string, uri: string, agent: Agent): string | undefined {
  const { held, lastResult, lastReason = '' } = agent.facts.roots[root] ?? {};
  switch (uri) {
    case stateUri(root):
      return String(agent.state(root));
    case `${root}/PkgName`:
      return held?.name;
    case `${root}/PkgVersion`:
      return held?.version;
    case lastResultUri(root):
      return lastResult === undefined ? '' : `${lastResult} ${lastReason}`.trim();
    default:
      return undefined;
  }
}

async function execute(
  root: string,
  uri: string,
  request: ExecRequest,
  ports: FumoObjectPorts,
): Promise<PluginResult> {
  const operation = OPERATIONS.find((one) => operationUri(root, one) === uri);
  if (operation === undefined) return { code: 405 };
  return guarded(ports, async () => {
    const admission = await ports.agent().start({
      root,
      operation,
      url: operation === 'update' ? undefined : ports.tree().text(pkgUrlUri(root, operation)),
      serverId: request.serverId,
      correlator: request.correlator,
      startedBy: 'server',
    });
    if (admission.status !== 202) {
      ports.emit({ kind: 'step', text: `refuses ${operation}: ${admission.reason ?? ''}` });
      return admission.status;
    }
    if (!ports.synchronous) return 202;
    await ports.agent().finished(root);
    return 200;
  }).then((code) => ({ code }));
}

/** PkgData goes straight to a staging file; the package counts only when `commit` has made it durable (F-046, F-047). */
async function openSink(
  root: string,
  request: SinkRequest,
  ports: FumoObjectPorts,
): Promise<ChunkSink | PluginResult> {
  const { staging } = ports;
  const admission = ports.agent().mayChange(root);
  if (admission.status !== 200) return { code: admission.status };
  const room = await staging.room();
  if (leastOctets(request) > room) return { code: 420 };
  const { name, file } = await staging.openIncoming();
  let size = 0;
  let open = true;
  const end = async (keep: boolean) => {
    if (!open) return;
    open = false;
    await file.close();
    await staging.release(name, keep);
  };
  return {
    write: (offset, bytes) =>
      guarded(ports, async () => {
        if (offset + bytes.length > room) return 420;
        await appendDurably(file, offset, bytes);
        size = offset + bytes.length;
        ports.emit({ kind: 'progress', root, step: 'receive', bytes: size, total: request.size });
        await ports.simulation.cut('receiving');
        return 213;
      }),
    commit: () =>
      guarded(ports, async () => {
        await staging.settle();
        const label = size === 0 ? {} : await packageLabel(ports.disk, staging.path(name));
        const held = size === 0 ? undefined : ({ file: name, size, via: 'pkgdata', ...label } as const);
        const { status } = await ports.agent().hold(root, held);
        await end(status === 200 && held !== undefined);
        return status;
      }),
    discard: () => end(false),
  };
}

/** Size may count the base64 text (protocol §4): the value has three quarters of it, less the padding. */
function leastOctets({ size = 0, format }: SinkRequest): number {
  return format?.toLowerCase() === 'b64' ? Math.floor((size * 3) / 4) - 2 : size;
}

async function appendDurably(file: DiskFile, offset: number, bytes: Uint8Array): Promise<void> {
  await file.write(offset, bytes);
  await file.sync();
}

/** A disk that fails answers for itself: 420 when full, 510 otherwise. */
async function guarded(ports: FumoObjectPorts, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PowerCut) {
      ports.onPowerCut(error);
      throw error;
    }
    const code = systemCode(error);
    if (code === undefined) throw error;
    return code === 'ENOSPC' || code === 'EDQUOT' ? 420 : 510;
  }
}
