/** The flows of the FUMO architecture document (OMA-AD-FUMO §5.4), each as what the device is and who starts what. */
import type { DeviceOptions, FumoRootOptions } from '@fumarole/device';
import type { ApiProvisionRequest, ApiUpdateRequest } from '@fumarole/server';

export interface Flow {
  readonly id: string;
  readonly title: string;
  /** Requirement ids that a success of this flow shows. */
  readonly shows: string;
  readonly root: Omit<FumoRootOptions, 'uri'>;
  readonly largeObjects: boolean;
  readonly provision: Partial<ApiProvisionRequest>;
  /** What the service provider asks for through the API; absent: nothing. */
  readonly order?: Omit<ApiUpdateRequest, 'device'>;
  /** Who opens the first session. */
  readonly start: 'package-0' | 'device' | 'user-request' | 'device-request' | 'held-update' | 'own-download';
  /** A second package for another hardware fits the same DevInfo. */
  readonly ambiguous?: boolean;
  readonly holdsPackage?: boolean;
  readonly policy?: DeviceOptions['policy'];
  readonly descriptor?: boolean;
  /** The alerts the device owes, in order: type and result. */
  readonly alerts: readonly string[];
  /** How the octets arrived: by large object, by download, or not at all. */
  readonly arrives: 'receive' | 'download' | undefined;
}

const LARGE_OBJECT = { download: false, update: true, pkgData: true, downloadAndUpdate: false };
const DOWNLOAD = { download: true, update: true, pkgData: false, downloadAndUpdate: false };
const COMBINED = { download: false, update: false, pkgData: false, downloadAndUpdate: true };

const manual = { offer: 'manual' } as const;
const automatic = { offer: 'automatic' } as const;
const onRequest = { offer: 'on-request' } as const;

export const FLOWS: readonly Flow[] = [
  {
    id: 'A1',
    title: 'server-initiated, DevInfo, large-object Replace of PkgData, Exec Update',
    shows: 'F-001 F-007 F-008 F-010 F-016',
    root: LARGE_OBJECT,
    largeObjects: true,
    provision: manual,
    order: { wake: true },
    start: 'package-0',
    alerts: ['update 200'],
    arrives: 'receive',
  },
  {
    id: 'A2',
    title: 'the device opens the session and is given the package',
    shows: 'F-011',
    root: LARGE_OBJECT,
    largeObjects: true,
    provision: automatic,
    start: 'device',
    alerts: ['update 200'],
    arrives: 'receive',
  },
  {
    id: 'A3',
    title: 'DevInfo fits two packages, DevDetail decides',
    shows: 'F-009',
    root: LARGE_OBJECT,
    largeObjects: true,
    provision: automatic,
    start: 'device',
    ambiguous: true,
    alerts: ['update 200'],
    arrives: 'receive',
  },
  {
    id: 'B1',
    title: 'PkgURL, Exec Download by plain HTTP, Exec Update in a later session',
    shows: 'F-006 F-012 F-013 F-015 F-016 D-029',
    root: DOWNLOAD,
    largeObjects: false,
    provision: automatic,
    start: 'device',
    alerts: ['download 200', 'update 200'],
    arrives: 'download',
  },
  {
    id: 'B2',
    title: 'the same through a download descriptor with install-notify',
    shows: 'F-014 D-076',
    root: DOWNLOAD,
    largeObjects: false,
    provision: manual,
    order: { via: 'descriptor' },
    start: 'device',
    descriptor: true,
    alerts: ['download 200', 'update 200'],
    arrives: 'download',
  },
  {
    id: 'B3',
    title: 'download where DevDetail decides',
    shows: 'F-009',
    root: DOWNLOAD,
    largeObjects: false,
    provision: automatic,
    start: 'device',
    ambiguous: true,
    alerts: ['download 200', 'update 200'],
    arrives: 'download',
  },
  {
    id: 'B3d',
    title: 'download descriptor where DevDetail decides',
    shows: 'F-009',
    root: DOWNLOAD,
    largeObjects: false,
    provision: manual,
    order: { via: 'descriptor' },
    start: 'device',
    ambiguous: true,
    descriptor: true,
    alerts: ['download 200', 'update 200'],
    arrives: 'download',
  },
  {
    id: 'C1',
    title: 'the device holds a package, the service provider asks: Exec Update only',
    shows: 'F-016',
    root: LARGE_OBJECT,
    largeObjects: true,
    provision: manual,
    order: { operation: 'update-only' },
    start: 'device',
    holdsPackage: true,
    alerts: ['update 200'],
    arrives: undefined,
  },
  {
    id: 'C2',
    title: 'the device starts the update of a held package itself',
    shows: 'F-017',
    root: LARGE_OBJECT,
    largeObjects: true,
    provision: manual,
    start: 'held-update',
    holdsPackage: true,
    alerts: ['update 200'],
    arrives: undefined,
  },
  {
    id: 'D1',
    title: 'PkgURL + Exec DownloadAndUpdate, asked for through the API',
    shows: 'F-006 F-018 F-045',
    root: COMBINED,
    largeObjects: false,
    provision: manual,
    order: { operation: 'download-and-update', wake: true },
    start: 'package-0',
    alerts: ['downloadandupdate 200'],
    arrives: 'download',
  },
  {
    id: 'D2',
    title: 'the device starts download and update itself',
    shows: 'F-018',
    root: COMBINED,
    largeObjects: false,
    provision: manual,
    start: 'own-download',
    alerts: ['downloadandupdate 200'],
    arrives: 'download',
  },
  {
    id: 'D3',
    title: 'DownloadAndUpdate through a descriptor',
    shows: 'D-077',
    root: COMBINED,
    largeObjects: false,
    provision: manual,
    order: { operation: 'download-and-update', via: 'descriptor' },
    start: 'device',
    descriptor: true,
    alerts: ['downloadandupdate 200'],
    arrives: 'download',
  },
  {
    id: 'E1',
    title: 'the user asks: Generic Alert userrequest, then DownloadAndUpdate',
    shows: 'F-019 F-117',
    root: COMBINED,
    largeObjects: false,
    provision: onRequest,
    start: 'user-request',
    alerts: ['downloadandupdate 200'],
    arrives: 'download',
  },
  {
    id: 'E2',
    title: 'the device asks: Download, then Update',
    shows: 'F-020 F-117',
    root: DOWNLOAD,
    largeObjects: false,
    provision: onRequest,
    start: 'device-request',
    alerts: ['download 200', 'update 200'],
    arrives: 'download',
  },
  {
    id: 'E3',
    title: 'the device asks: Replace PkgData, then Update',
    shows: 'F-021 F-117',
    root: LARGE_OBJECT,
    largeObjects: true,
    provision: onRequest,
    start: 'device-request',
    alerts: ['update 200'],
    arrives: 'receive',
  },
];
