/** What is particular about a device family, as data (I-014, I-029, fumo.md §10, interop-notes.md). */
import type { FumoRoot } from '../device-record.ts';

/** What a family answers badly or not at all; the server sends it none of it. */
export type Lack = 'sequence' | 'atomic' | 'copy' | 'add' | 'delete' | 'tnds';

/** Texts are regular expressions, letter case ignored, matched against the trimmed DevInfo values. */
export interface ProfileMatch {
  readonly manufacturer?: string;
  readonly model?: string;
  readonly clientVersion?: string;
}

/** A dynamic root that the server makes when the tree has none (F-041). */
export interface DynamicRoot {
  readonly uri: string;
  /** `leaf`: Add of the PkgURL makes its parents; `root`: Add of the root, then its children are read. */
  readonly add: 'leaf' | 'root';
  readonly nodes: Omit<FumoRoot, 'uri' | 'found' | 'exists'>;
}

export interface DeviceProfile {
  readonly name: string;
  readonly family: string;
  /** Any of these recognises the family; empty: only by name. */
  readonly match: readonly ProfileMatch[];
  /** `?list=Struct` is tried once (I-014). */
  readonly list: boolean;
  /** Child lists and `?prop=Type` can be read. */
  readonly walk: boolean;
  /** Places looked at beside the general ones (I-018). */
  readonly places: readonly string[];
  /** Roots taken as given, without any reading. */
  readonly assumed: readonly FumoRoot[];
  readonly dynamic?: DynamicRoot;
  /** Leaves under ./DevDetail that the family answers. */
  readonly detail: readonly string[];
  /** Download descriptors: `only` for families that take nothing else (I-029, D-029). */
  readonly descriptor: 'no' | 'yes' | 'prefer' | 'only';
  /** When the Exec goes out relative to its PkgURL (F-132). */
  readonly exec: 'next-message' | 'side-by-side' | 'sequence';
  /** The family answers a message only when it holds a Get. */
  readonly needsGet: boolean;
  /** False: no result alert ever comes, State and version decide (I-022). */
  readonly resultAlert: boolean;
  /** User Interaction alerts are understood (1100). */
  readonly userInteraction: boolean;
  /** Commands that the family does not take, not even from an operator (I-014). */
  readonly lacks: readonly Lack[];
  /** Chunks are taken although no MaxObjSize was announced (S-013), up to this many octets. */
  readonly chunksWithoutMaxObjSize?: number;
  /** Form of the resynchronisation nonce in package 0 (notification §1.4). */
  readonly resyncNonce: 'octets' | 'ascii';
  /** Leaf written when there is no update for a device that asked. */
  readonly noUpdateSign?: { readonly uri: string; readonly value: string };
  readonly wire: {
    readonly binary: 'b64' | 'bin';
    readonly challengeMissing: 401 | 407;
    readonly chunks: boolean;
    readonly sequence: boolean;
    readonly atomic: boolean;
    readonly maxMsgSizeDefault: number;
  };
}

/** A device about which nothing particular is known: no Sequence, no Atomic, single-Item commands (I-014, I-016). */
export const DEFAULT_PROFILE: DeviceProfile = {
  name: 'default',
  family: 'any device by the standard',
  match: [],
  list: true,
  walk: true,
  places: [],
  assumed: [],
  detail: ['FwV', 'SwV', 'HwV', 'LrgObj'],
  descriptor: 'yes',
  exec: 'next-message',
  needsGet: false,
  resultAlert: true,
  userInteraction: true,
  resyncNonce: 'octets',
  lacks: [],
  wire: {
    binary: 'bin',
    challengeMissing: 407,
    chunks: true,
    sequence: false,
    atomic: false,
    maxMsgSizeDefault: 5000,
  },
};
