import { resolve } from 'node:path';
import type { SmartcardReader } from './bootstrap/smartcard.ts';
import { Device } from './device.ts';
import type { DeviceEvent } from './events.ts';
import type { DeviceHandle } from './handle.ts';
import type { Prompter } from './ui/user-interaction.ts';

export interface HostOptions {
  /** Asks the user of these devices; absent: the policy in their configuration answers. */
  readonly prompter?: Prompter;
  /** The smartcard reader of the device in a directory; absent or undefined: the folder that its configuration names. */
  readonly smartcard?: (dir: string) => SmartcardReader | undefined;
}

/** Several devices in one process, each with its own directory and lock. */
export class DeviceHost {
  readonly #devices = new Map<string, DeviceHandle>();
  readonly #listeners = new Set<(dir: string, event: DeviceEvent) => void>();

  readonly #options: HostOptions;

  constructor(options: HostOptions = {}) {
    this.#options = options;
  }

  get devices(): readonly DeviceHandle[] {
    return [...this.#devices.values()];
  }

  /** Starts the device of a directory; throws DeviceError `no-device`, `bad-config`, `locked`. */
  async start(dir: string): Promise<DeviceHandle> {
    const device = await Device.start(
      dir,
      (event) => {
        for (const listener of this.#listeners) listener(dir, event);
      },
      { prompter: this.#options.prompter, smartcard: this.#options.smartcard?.(dir) },
    );
    this.#devices.set(resolve(dir), device);
    return device;
  }

  /** Events of every device of this host, from its first on. */
  onEvent(listener: (dir: string, event: DeviceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#devices.values()].map((device) => device.stop()));
    this.#devices.clear();
  }
}
