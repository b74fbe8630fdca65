/** What a running device tells its surroundings: the terminal screen, tests, logs. */
export type DeviceEvent = DeviceEventBody & {
  /** Milliseconds since the epoch. */
  readonly at: number;
};

export type DeviceEventBody =
  | { readonly kind: 'started'; readonly fwV: string; readonly slot: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'state'; readonly root: string; readonly state: number; readonly name: string }
  /** Octets moved: `receive` by large object, `download` by HTTP, `verify`, `write` into the slot. */
  | {
      readonly kind: 'progress';
      readonly root: string;
      readonly step: 'receive' | 'download' | 'verify' | 'write';
      readonly bytes: number;
      readonly total: number | undefined;
    }
  /** One line for a person about where in its flow the device is. */
  | { readonly kind: 'step'; readonly text: string }
  | {
      readonly kind: 'session';
      readonly phase: 'opened' | 'ended' | 'failed';
      readonly serverId: string;
      readonly sessionID: string;
      readonly trigger: 1200 | 1201;
      readonly reason?: string;
    }
  | {
      readonly kind: 'alert';
      readonly phase: 'owed' | 'acknowledged' | 'dropped';
      readonly root: string;
      readonly type: string;
      readonly code: number;
      readonly correlator: string | undefined;
    }
  | {
      readonly kind: 'boot';
      readonly slot: string;
      readonly outcome: 'started' | 'failed' | 'rolled-back' | 'confirmed';
    }
  | { readonly kind: 'wake'; readonly accepted: boolean; readonly reason: string }
  /** A document with an account came; `reason` says whose accounts it made, or why none. */
  | {
      readonly kind: 'bootstrap';
      readonly way: 'push' | 'file' | 'card';
      readonly accepted: boolean;
      readonly reason: string;
    }
  | { readonly kind: 'power-cut'; readonly phase: string }
  | { readonly kind: 'error'; readonly code: string; readonly text: string };
