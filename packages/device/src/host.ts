import type { DeviceEvent } from './events.ts';
import type { DeviceHandle } from './handle.ts';

/** Several devices in one process, each with its own directory and lock. */
export class DeviceHost {
  async start(dir: string): Promise<DeviceHandle> {
    throw new Error(`not yet: ${dir}`);
  }
  /** Events of every device of this host. */
  onEvent(listener: (dir: string, event: DeviceEvent) => void): () => void {
    return () => void listener;
  }
  async stop(): Promise<void> {}
}
