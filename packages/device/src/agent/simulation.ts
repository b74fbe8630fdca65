import type { Disk } from '../disk/disk.ts';
import { readJson, replaceJson } from '../disk/durable-file.ts';
import { PowerCut } from '../disk/powered-disk.ts';
import type { Emit } from '../emit.ts';
import { MAX_STATE_FILE_BYTES } from '../limits.ts';
import type { CutPhase, Simulate } from '../simulate.ts';

/** Pulls the plug where the configuration says so, and remembers on the disk how often it did. */
export interface Simulation {
  readonly simulate: Simulate;
  /** Throws PowerCut (or never returns) when this is the point of the cut. */
  cut(phase: CutPhase): Promise<void>;
}

export interface SimulationPorts {
  /** The disk itself, not the one with the plug. */
  readonly disk: Disk;
  readonly path: string;
  readonly emit: Emit;
  /** Everything of this device ends now. */
  readonly pull: (cut: PowerCut) => void;
}

export function simulationOf(simulate: Simulate, ports: SimulationPorts): Simulation {
  return {
    simulate,
    async cut(phase) {
      if (simulate.powerCutAt !== phase) return;
      const done = await cutsDone(ports);
      if (done >= (simulate.powerCutTimes ?? 1)) return;
      await replaceJson(ports.disk, ports.path, { cuts: done + 1 });
      ports.emit({ kind: 'power-cut', phase });
      if (simulate.powerCutBy === 'kill') process.kill(process.pid, 'SIGKILL');
      const cut = new PowerCut(phase);
      ports.pull(cut);
      throw cut;
    },
  };
}

async function cutsDone(ports: SimulationPorts): Promise<number> {
  const value = await readJson(ports.disk, ports.path, MAX_STATE_FILE_BYTES);
  const cuts = typeof value === 'object' && value !== null && 'cuts' in value ? Number(value.cuts) : 0;
  return Number.isSafeInteger(cuts) ? cuts : 0;
}
