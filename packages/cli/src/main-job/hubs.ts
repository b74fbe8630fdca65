import type { FumoRootOptions } from '@fumarole/device';
import type { OfferPolicy, Operation, Via } from '@fumarole/server';
import type { HubModel } from './hub-images.ts';

/** What sets the update of a hub going. */
export type Start =
  /** The API asks for the update and package 0 wakes the device. */
  | 'order-and-wake'
  /** The API asks for the update; the device takes it at its next session. */
  | 'order'
  /** The device opens a session and is offered what fits. */
  | 'device-session'
  /** The user asks at the device (Generic Alert userrequest). */
  | 'user-request';

/** One hub model of the demonstration: how the device is built, and how its update is set going. */
export interface HubPlan {
  readonly hub: HubModel;
  /** Flow of the architecture document, as numbered in docs/flows.md. */
  readonly flow: string;
  readonly title: string;
  readonly root: Omit<FumoRootOptions, 'uri'>;
  readonly largeObjects: boolean;
  readonly offer: OfferPolicy;
  readonly via?: Via;
  readonly operation?: Operation;
  readonly start: Start;
  /** The package is on the device before anything starts (5.4.3). */
  readonly holdsPackage?: boolean;
}

const LARGE_OBJECT = { download: false, update: true, pkgData: true, downloadAndUpdate: false };
const DOWNLOAD = { download: true, update: true, pkgData: false, downloadAndUpdate: false };
const COMBINED = { download: false, update: false, pkgData: false, downloadAndUpdate: true };

/** Seven hubs, seven flows. */
export const HUB_PLANS: readonly HubPlan[] = [
  {
    hub: 'movehub',
    flow: 'A1',
    title: 'server-initiated, large object over DM',
    root: LARGE_OBJECT,
    largeObjects: true,
    offer: 'manual',
    start: 'order-and-wake',
  },
  {
    hub: 'cityhub',
    flow: 'A2',
    title: 'device-initiated, large object over DM',
    root: LARGE_OBJECT,
    largeObjects: true,
    offer: 'automatic',
    start: 'device-session',
  },
  {
    hub: 'technichub',
    flow: 'B1',
    title: 'HTTP download, then update',
    root: DOWNLOAD,
    largeObjects: false,
    offer: 'automatic',
    start: 'device-session',
  },
  {
    hub: 'primehub',
    flow: 'B2',
    title: 'download descriptor, then update',
    root: DOWNLOAD,
    largeObjects: false,
    offer: 'manual',
    via: 'descriptor',
    start: 'order',
  },
  {
    hub: 'essentialhub',
    flow: 'C1',
    title: 'package already held, update ordered',
    root: LARGE_OBJECT,
    largeObjects: true,
    offer: 'manual',
    operation: 'update-only',
    start: 'order',
    holdsPackage: true,
  },
  {
    hub: 'nxt',
    flow: 'D1',
    title: 'download-and-update, ordered',
    root: COMBINED,
    largeObjects: false,
    offer: 'manual',
    operation: 'download-and-update',
    start: 'order-and-wake',
  },
  {
    hub: 'ev3',
    flow: 'E1',
    title: 'the user asks at the device',
    root: COMBINED,
    largeObjects: false,
    offer: 'on-request',
    start: 'user-request',
  },
];
