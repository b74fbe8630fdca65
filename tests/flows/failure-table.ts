/**
 * Which outcome can occur in which flow: everything that can go wrong with an update (fumo.md §6, dlota.md §8.4), how it is
 * brought about, and what device and server must say of it. Where in a flow an outcome strikes decides State and alert.
 */
import type { DeviceOptions } from '@fumarole/device';
import type { Fault, PackageOrder } from '@fumarole/testkit';
import type { Flow } from './flow-table.ts';

/** `receive`: the large object is refused; `download`: nothing usable was fetched; `install`: a package was held. */
export type Stage = 'receive' | 'download' | 'install';

export interface Outcome {
  readonly id: string;
  readonly title: string;
  /** Requirement ids that this outcome shows wherever it strikes. */
  readonly shows: string;
  /** FUMO result of the alert; at stage `receive` the SyncML status. */
  readonly code: number;
  /** The server's normalised reason. */
  readonly reason: string;
  /** Install-notify report, where a descriptor asks for one and the download is what fails. */
  readonly report?: number;
  /** Where it strikes in this flow; undefined: it cannot occur there. */
  readonly strikes: (flow: Flow) => Stage | undefined;
  readonly package?: Partial<PackageOrder>;
  readonly device?: Partial<Omit<DeviceOptions, 'firmware'>>;
  /** What the slot's manifest calls the running firmware; FwV goes on telling the version of the flow. */
  readonly baseVersion?: string;
  readonly fault?: (packages: Packages) => Fault;
  /** What the device holds instead of the package (flow C). */
  readonly held?: (packages: Packages) => Uint8Array;
}

export interface Packages {
  readonly right: Uint8Array;
  /** As well signed and as long, but for another model. */
  readonly foreign: Uint8Array;
}

const downloads = (flow: Flow): boolean => flow.arrives === 'download';

/** A package is looked at when it was fetched, or else before it is installed. */
const whenLookedAt = (flow: Flow): Stage => (downloads(flow) ? 'download' : 'install');
const whenDownloading = (flow: Flow): Stage | undefined => (downloads(flow) ? 'download' : undefined);
const whenReceiving = (flow: Flow): Stage | undefined => (flow.arrives === 'receive' ? 'receive' : undefined);
const whenInstalling = (): Stage => 'install';
const byDescriptor = (flow: Flow): Stage | undefined => (flow.descriptor === true ? 'download' : undefined);
const byPlainUrl = (flow: Flow): Stage | undefined =>
  downloads(flow) && flow.descriptor !== true ? 'download' : undefined;
/** Only where the test has its hands on the package after the server has. */
const whenTampered = (flow: Flow): Stage | undefined =>
  flow.arrives === 'receive' ? undefined : whenLookedAt(flow);

const status = (code: number, headers?: Readonly<Record<string, string>>) => (): Fault => ({
  kind: 'status',
  status: code,
  ...(headers === undefined ? {} : { headers }),
});

/** The octet behind the magic: the major version of the package format. */
const FORMAT_MAJOR = 8;
const LAST = -1;

function withOctet(octets: Uint8Array, at: number, mask: number): Uint8Array {
  const changed = Uint8Array.from(octets);
  const place = at < 0 ? octets.length + at : at;
  changed[place] = (changed[place] ?? 0) ^ mask;
  return changed;
}

export const OUTCOMES: readonly Outcome[] = [
  {
    id: 'bad-signature',
    title: 'signed by a key that the device does not trust',
    shows: 'F-099 F-135',
    code: 404,
    reason: 'bad-signature',
    report: 953,
    strikes: whenLookedAt,
    package: { strangeKey: true },
  },
  {
    id: 'wrong-device',
    title: 'a package for another model arrives',
    shows: 'F-098 F-135',
    code: 403,
    reason: 'wrong-device',
    report: 953,
    strikes: whenTampered,
    fault: ({ foreign }) => ({ kind: 'swap', octets: foreign }),
    held: ({ foreign }) => foreign,
  },
  {
    id: 'wrong-base',
    title: 'the package is for another base version',
    shows: 'F-098 F-135',
    code: 403,
    reason: 'wrong-device',
    report: 953,
    strikes: whenLookedAt,
    baseVersion: 'something else',
  },
  {
    id: 'damaged',
    title: 'an octet of the package turned on its way',
    shows: 'F-097',
    code: 402,
    reason: 'damaged-package',
    report: 905,
    strikes: whenTampered,
    fault: ({ right }) => ({ kind: 'flip', at: right.length - 1, mask: 0x10 }),
    held: ({ right }) => withOctet(right, LAST, 0x10),
  },
  {
    id: 'rotten',
    title: 'an octet of the stored package turned',
    shows: 'F-097',
    code: 402,
    reason: 'damaged-package',
    report: 905,
    strikes: (flow) => (flow.arrives === 'receive' ? 'install' : undefined),
    device: { simulate: { damagePackage: true } },
  },
  {
    id: 'no-room-to-receive',
    title: 'no room for the large object',
    shows: 'F-128',
    code: 420,
    reason: 'no-room-for-package',
    strikes: whenReceiving,
    device: { storage: { packageBytes: 1000 } },
  },
  {
    id: 'no-room-to-download',
    title: 'no room for the package',
    shows: 'F-109',
    code: 501,
    reason: 'no-room-for-package',
    report: 901,
    strikes: whenDownloading,
    device: { storage: { packageBytes: 1000 } },
  },
  {
    id: 'no-room-to-install',
    title: 'no room in the slot',
    shows: 'F-110',
    code: 502,
    reason: 'no-room-for-update',
    strikes: whenInstalling,
    device: { storage: { slotBytes: 1000 } },
  },
  {
    id: 'nothing-there',
    title: 'the URL leads to nothing (404)',
    shows: 'F-106',
    code: 411,
    reason: 'bad-url',
    report: 954,
    strikes: whenDownloading,
    fault: status(404),
  },
  {
    id: 'malformed-url',
    title: 'the descriptor names a URL of an unknown scheme',
    shows: 'F-106',
    code: 411,
    reason: 'bad-url',
    report: 954,
    strikes: byDescriptor,
    fault: () => ({ kind: 'descriptor', from: '<objectURI>http:', to: '<objectURI>nntp:' }),
  },
  {
    id: 'descriptor-version',
    title: 'the descriptor is of another major version',
    shows: 'D-014 F-104',
    code: 409,
    reason: 'undefined-error',
    report: 951,
    strikes: byDescriptor,
    fault: () => ({ kind: 'descriptor', from: '<DDVersion>1', to: '<DDVersion>2' }),
  },
  {
    id: 'descriptor-size',
    title: 'the descriptor announces another size',
    shows: 'D-030',
    code: 402,
    reason: 'damaged-package',
    report: 905,
    strikes: byDescriptor,
    fault: ({ right }) => {
      const size = String(right.length);
      const other = `${size.startsWith('1') ? 2 : 1}${size.slice(1)}`;
      return { kind: 'descriptor', from: `<size>${size}`, to: `<size>${other}` };
    },
  },
  {
    id: 'server-gone',
    title: 'nothing listens where the package should be',
    shows: 'F-107',
    code: 412,
    reason: 'download-server-unavailable',
    report: 903,
    strikes: whenDownloading,
    fault: status(307, { location: 'http://127.0.0.1:1/' }),
  },
  {
    id: 'server-unavailable',
    title: 'the download server is unavailable (503)',
    shows: 'F-107 D-034',
    code: 412,
    reason: 'download-server-unavailable',
    report: 954,
    strikes: whenDownloading,
    fault: status(503),
  },
  {
    id: 'server-error',
    title: 'the download server fails (500)',
    shows: 'F-108 D-034',
    code: 500,
    reason: 'download-server-error',
    report: 954,
    strikes: whenDownloading,
    fault: status(500),
  },
  {
    id: 'network-lost',
    title: 'the connection breaks again and again',
    shows: 'F-111 D-035',
    code: 503,
    reason: 'network',
    report: 903,
    strikes: whenDownloading,
    fault: () => ({ kind: 'cut', after: 1000 }),
  },
  {
    id: 'authentication',
    title: 'the download server refuses the password of the device',
    shows: 'F-101 D-067',
    code: 406,
    reason: 'download-authentication',
    report: 954,
    strikes: whenDownloading,
    fault: status(401, { 'www-authenticate': 'Digest realm="downloads", nonce="abc", qop="auth"' }),
    device: { download: { username: 'device', password: 'wrong' } },
  },
  {
    id: 'time-out',
    title: 'the download server does not answer',
    shows: 'F-102',
    code: 407,
    reason: 'download-timeout',
    report: 903,
    strikes: whenDownloading,
    fault: () => ({ kind: 'silence' }),
    device: { timing: { idleMs: 80 } },
  },
  {
    id: 'type',
    title: 'the download is of a type that the device does not take',
    shows: 'F-100',
    code: 405,
    reason: 'not-acceptable',
    strikes: byPlainUrl,
    fault: () => ({ kind: 'type', type: 'image/png' }),
  },
  {
    id: 'type-contradicts',
    title: 'the type of the download is not that of its descriptor',
    shows: 'D-032',
    code: 402,
    reason: 'damaged-package',
    report: 905,
    strikes: byDescriptor,
    fault: () => ({ kind: 'type', type: 'image/png' }),
  },
  {
    id: 'user-stops',
    title: 'the user stops the download',
    shows: 'F-059 F-096',
    code: 401,
    reason: 'user-cancelled',
    report: 902,
    strikes: whenDownloading,
    device: { simulate: { refuseUser: 'download' } },
  },
  {
    id: 'user-refuses',
    title: 'the user refuses the update',
    shows: 'F-060 F-096',
    code: 401,
    reason: 'user-cancelled',
    strikes: whenInstalling,
    device: { simulate: { refuseUser: 'update' } },
  },
  {
    id: 'device-stops',
    title: 'the device stops the download',
    shows: '',
    code: 400,
    reason: 'client-error',
    report: 952,
    strikes: whenDownloading,
    device: { simulate: { abortDownload: true } },
  },
  {
    id: 'installer-fails',
    title: 'the installer fails in the middle of the slot',
    shows: 'F-105',
    code: 410,
    reason: 'update-failed',
    strikes: whenInstalling,
    device: { simulate: { failUpdate: true } },
  },
  {
    id: 'rolls-back',
    title: 'the new image does not start and the old one comes back',
    shows: 'F-105',
    code: 410,
    reason: 'rolled-back',
    strikes: whenInstalling,
    device: { simulate: { failBoot: true } },
  },
  {
    id: 'unsupported-operation',
    title: 'the device implements no such operation',
    shows: '',
    code: 408,
    reason: 'not-implemented',
    strikes: whenLookedAt,
    device: { simulate: { notImplemented: true } },
  },
  {
    id: 'unsupported-format',
    title: 'the package is of a format that the device does not read',
    shows: 'F-103',
    code: 408,
    reason: 'not-implemented',
    report: 952,
    strikes: whenTampered,
    fault: () => ({ kind: 'flip', at: FORMAT_MAJOR, mask: 0x03 }),
    held: ({ right }) => withOctet(right, FORMAT_MAJOR, 0x03),
  },
];

/** Pairs in which the same device is updated afterwards, once what was wrong is right: one or more for each family. */
export const RECOVERS: ReadonlySet<string> = new Set([
  'A1 no-room-to-receive',
  'A3 rolls-back',
  'B1 network-lost',
  'B2 server-unavailable',
  'B3 no-room-to-install',
  'C1 user-refuses',
  'D1 server-error',
  'D3 damaged',
  'E1 time-out',
  'E2 rolls-back',
  'E3 user-refuses',
]);

/** What device and server must show when an outcome strikes a flow at a stage. */
export interface Expected {
  /** Requirement ids that the stage shows. */
  readonly shows: string;
  /** State at rest, the result acknowledged and the root cleaned up. */
  readonly state: number;
  /** State that the failure leads to at once. */
  readonly failedState: number;
  /** Alerts acknowledged, in order: operation and result. */
  readonly alerts: readonly string[];
  /** Install-notify reports. */
  readonly reports: readonly number[];
}

export function expectedOf(flow: Flow, outcome: Outcome, stage: Stage): Expected {
  const first = operationOf(flow.alerts[0]);
  const last = operationOf(flow.alerts.at(-1));
  switch (stage) {
    case 'receive':
      return { shows: '', state: 10, failedState: 10, alerts: [], reports: [] };
    case 'download':
      return {
        shows: first === 'download' ? 'F-048' : 'F-048 F-080',
        state: 20,
        failedState: 20,
        alerts: [`${first} ${outcome.code}`],
        reports: flow.descriptor === true && outcome.report !== undefined ? [outcome.report] : [],
      };
    case 'install': {
      const refused = outcome.code === 401;
      const report = flow.descriptor === true ? 'D-078' : '';
      return {
        shows: refused ? report : `F-050 ${report}`,
        state: refused ? 50 : 80,
        failedState: refused ? 50 : 70,
        alerts: [...flow.alerts.slice(0, -1), `${last} ${outcome.code}`],
        reports: flow.descriptor === true ? [900] : [],
      };
    }
  }
}

function operationOf(alert: string | undefined): string {
  return alert?.split(' ')[0] ?? '';
}
