import type { DeviceEventBody } from './events.ts';

/** Where every part of the device tells what happens. */
export type Emit = (event: DeviceEventBody) => void;
