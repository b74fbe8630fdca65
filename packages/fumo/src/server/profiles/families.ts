/** The families of interop-notes.md and fumo.md §10; each differs from the default only in what is named here. */
import { DEFAULT_PROFILE, type DeviceProfile } from './profile.ts';

const NO_NODES = {
  download: false,
  update: false,
  pkgData: false,
  downloadAndUpdate: false,
  pkgName: false,
  pkgVersion: false,
  state: false,
} as const;

/** interop-notes.md §2: answers only DevInfo and FwV, skips other paths without Status, needs a Get in each message. */
const SAMSUNG: DeviceProfile = {
  ...DEFAULT_PROFILE,
  name: 'samsung',
  family: 'Samsung FUMO client',
  match: [{ manufacturer: '^samsung' }],
  list: false,
  walk: false,
  assumed: [
    { ...NO_NODES, uri: './FUMO', found: 'profile', exists: true, downloadAndUpdate: true, pkgData: false },
  ],
  detail: ['FwV'],
  descriptor: 'only',
  exec: 'side-by-side',
  needsGet: true,
  resultAlert: false,
  userInteraction: false,
  noUpdateSign: { uri: './FUMO/Ext/SvcState', value: '260' },
  lacks: ['sequence', 'atomic', 'copy', 'add', 'delete', 'tnds'],
  wire: { ...DEFAULT_PROFILE.wire, challengeMissing: 401, chunks: false, maxMsgSizeDefault: 5120 },
};

/** fumo.md §10: root made by Add of DownloadAndUpdate/PkgURL, HTTP only, no descriptor. */
const WINDOWS_MOBILE: DeviceProfile = {
  ...DEFAULT_PROFILE,
  name: 'windows-mobile',
  family: 'Windows Mobile 6.x',
  match: [],
  list: false,
  walk: true,
  places: ['./FwUpdate'],
  dynamic: {
    uri: './FwUpdate/Fumarole',
    add: 'leaf',
    nodes: { ...NO_NODES, downloadAndUpdate: true, pkgName: true, state: true },
  },
  descriptor: 'no',
  wire: { ...DEFAULT_PROFILE.wire, chunks: false },
};

/** interop-notes.md §6: headless router, DownloadAndUpdate alone. */
const NETCOMM: DeviceProfile = {
  ...DEFAULT_PROFILE,
  name: 'netcomm',
  family: 'NetComm router client',
  match: [{ manufacturer: '^net ?comm' }],
  places: ['./FwUpdate/Flash'],
  userInteraction: false,
};

/** interop-notes.md §6: all three operations, vendor result ranges in use. */
const MEDIATEK: DeviceProfile = {
  ...DEFAULT_PROFILE,
  name: 'mediatek',
  family: 'MediaTek client',
  match: [{ manufacturer: '^(mediatek|mtk)' }],
  places: ['./FwUpdate', './FUMO'],
};

/** fumo.md §10: vendor Cancel nodes, 255 for a downloaded package, 403 while busy, State 110–190. */
const VERIZON: DeviceProfile = {
  ...DEFAULT_PROFILE,
  name: 'verizon',
  family: 'Verizon Android client',
  match: [{ manufacturer: '^verizon' }],
  places: ['./ManagedObjects/FUMO'],
};

/** interop-notes.md §6: dynamic `./FUMO/<x>` that the server Adds; PkgData streamed; no Atomic, no Copy. */
const SYMBIAN: DeviceProfile = {
  ...DEFAULT_PROFILE,
  name: 'symbian',
  family: 'Symbian (Nokia)',
  match: [{ manufacturer: '^nokia' }],
  list: false,
  places: ['./FUMO'],
  dynamic: {
    uri: './FUMO/Fumarole',
    add: 'root',
    nodes: {
      download: true,
      update: true,
      pkgData: true,
      downloadAndUpdate: true,
      pkgName: true,
      pkgVersion: true,
      state: true,
    },
  },
  lacks: ['atomic', 'copy'],
};

/**
 * interop-notes.md §1: no FUMO object, no chunks (MoreData ignored), Sequence ends the client, 401 to challenge;
 * notification §2.4: the resynchronisation nonce as text.
 */
const LIBDMCLIENT: DeviceProfile = {
  ...DEFAULT_PROFILE,
  name: 'libdmclient',
  family: 'intel libdmclient and its test client',
  match: [{ manufacturer: '^test manufacturer$', model: '^test model$' }],
  list: false,
  resyncNonce: 'ascii',
  lacks: ['sequence', 'atomic', 'copy', 'tnds'],
  wire: { ...DEFAULT_PROFILE.wire, binary: 'b64', chunks: false, maxMsgSizeDefault: 16384 },
};

/** interop-notes.md §5: 401 alone makes it say its package again; WBXML only, full `?list=` support, results for DownloadAndUpdate with the package URI as Source. */
const MOTOROLA: DeviceProfile = {
  ...DEFAULT_PROFILE,
  name: 'motorola',
  family: 'Android DM client of 2014 (Motorola engine)',
  match: [{ manufacturer: '^motorola' }],
  places: ['./FUMO'],
  chunksWithoutMaxObjSize: 262_080,
  wire: { ...DEFAULT_PROFILE.wire, challengeMissing: 401 },
};

/** interop-notes.md §3: a Wi-Fi client without firmware; Get of leaves only, everything else 501. */
const HOSTAP: DeviceProfile = {
  ...DEFAULT_PROFILE,
  name: 'hostap',
  family: 'hostap Hotspot 2.0 client',
  match: [],
  list: false,
  walk: false,
  userInteraction: false,
  lacks: ['sequence', 'atomic', 'copy', 'delete'],
  wire: { ...DEFAULT_PROFILE.wire, chunks: false },
};

/** interop-notes.md §4: updates go through a vendor object, never through FUMO. */
const WINDOWS_MDM: DeviceProfile = {
  ...DEFAULT_PROFILE,
  name: 'windows-mdm',
  family: 'Windows MDM client',
  match: [{ manufacturer: '^microsoft', clientVersion: '^1\\.3$' }],
  list: false,
  walk: false,
  userInteraction: false,
  lacks: ['copy'],
};

export const PROFILES: readonly DeviceProfile[] = [
  SAMSUNG,
  WINDOWS_MOBILE,
  NETCOMM,
  MEDIATEK,
  VERIZON,
  SYMBIAN,
  LIBDMCLIENT,
  MOTOROLA,
  HOSTAP,
  WINDOWS_MDM,
  DEFAULT_PROFILE,
];
