/** A way to bring package 0 to a device: UDP today, SMS and PAP can follow. */
export interface WakeChannel {
  /** Scheme of the addresses it serves, e.g. `udp` for `udp:host:port`. */
  readonly scheme: string;
  /** Resolves when the datagram left; nothing acknowledges a package 0 (notification §1.5). */
  send(address: string, push: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Asks for package 0 to a device; repeats, resynchronisation and giving up are the service's own. */
export interface WakeService {
  /** Resolves when the wake is queued durably; `no-address`, `no-credentials`: there is no way to wake it. */
  wake(key: string): Promise<'queued' | 'no-address' | 'no-credentials' | 'unknown'>;
  /** The device showed up: nothing more is sent. */
  arrived(key: string): Promise<void>;
}
