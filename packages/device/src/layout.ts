import { join } from 'node:path';

/** Where everything of one device lies. */
export interface Layout {
  readonly dir: string;
  readonly config: string;
  readonly journal: string;
  readonly boot: string;
  readonly tree: string;
  readonly slots: string;
  readonly staging: string;
  readonly lock: string;
  readonly socket: string;
  readonly simulation: string;
  readonly bootstrap: string;
  readonly wakes: string;
}

export function layoutOf(dir: string): Layout {
  return {
    dir,
    config: join(dir, 'device.json'),
    journal: join(dir, 'journal'),
    boot: join(dir, 'boot.json'),
    tree: join(dir, 'tree'),
    slots: join(dir, 'slots'),
    staging: join(dir, 'staging'),
    lock: join(dir, 'lock'),
    socket: join(dir, 'control.sock'),
    simulation: join(dir, 'simulation.json'),
    bootstrap: join(dir, 'bootstrap.json'),
    wakes: join(dir, 'wakes.json'),
  };
}
