/**
 * The two signed objects of an update package. The image manifest is the publisher's word about what a device may run;
 * the transfer manifest says how the octets of one package become that image, and may be signed by somebody with
 * less authority. Byte layout: docs/package-format.md §4 and §5.
 */

/** What a device may run, in the publisher's words. */
export interface ImageManifest {
  /** Human-readable name of the firmware, such as `Pybricks Move Hub`. */
  readonly name: string;
  /** The version text the device reports once it runs this image. */
  readonly version: string;
  /** Orders packages of one device model; larger is newer. */
  readonly release: number;
  /** The lowest release a device may go to once this image is confirmed; never above `release`. */
  readonly securityFloor: number;
  /** Whether a device running a higher release may take this one. */
  readonly allowDowngrade: boolean;
  /** When the publisher signed it, milliseconds since the epoch, whole seconds. */
  readonly created: number;
  readonly constraints: Constraints;
  /** At least one, ids unique. */
  readonly components: readonly Component[];
  /** Free text by name, covered by the signature and ignored by the device. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Which devices may take the image; a list that is absent admits all. Names compare without regard to letter case and
 * outer blanks, and `*` admits any; versions compare exactly.
 */
export interface Constraints {
  /** DevInfo/Man. */
  readonly manufacturer: string;
  /** DevInfo/Mod, any of. */
  readonly models: readonly string[];
  /** DevDetail/HwV, any of. */
  readonly hardware?: readonly string[];
  /** Firmware version now running, any of. */
  readonly fromVersions?: readonly string[];
}

/** One image of the device, with its own slot. */
export interface Component {
  /** Name of the slot, such as `main`. */
  readonly id: string;
  /** Octets of the image. */
  readonly size: number;
  /** SHA-256 of the whole image, lower-case hex: a slot is switched only when its content hashes to this. */
  readonly sha256: string;
  /** FUMO root node of the component, such as `./FUMO/Main`; absent when the device has one root. */
  readonly root?: string;
}

/** How the payload of one package becomes the components. */
export interface TransferManifest {
  /** In the order of the payload; together they produce every component of the image. */
  readonly parts: readonly TransferPart[];
}

/** One run of payload octets, producing the component(s) whose hash is `target`. */
export interface TransferPart {
  /** SHA-256 of the image it produces, lower-case hex. */
  readonly target: string;
  /** `full`: the octets are the image. Other names are methods of later format versions. */
  readonly method: string;
  /** Octets transferred. */
  readonly size: number;
  /** SHA-256 of the octets transferred; equal to `target` for `full`. */
  readonly sha256: string;
  /** SHA-256 of each whole 64 KiB of the octets transferred, 32 octets each, joined; the rest is covered by `sha256`. */
  readonly blocks: Uint8Array;
  /** Working memory the decoder needs, octets. */
  readonly memory: number;
  /** What a delta is applied to; absent for `full`. */
  readonly base?: { readonly sha256: string; readonly size: number };
}

export interface EnvelopeSignature {
  /** First 8 octets of the SHA-256 of the public key, lower-case hex: a hint, never trusted. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** A manifest with the very octets that were signed. */
export interface Signed<Manifest> {
  readonly manifest: Manifest;
  /** Deterministic CBOR of the manifest, as signed. */
  readonly octets: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
}

/** Everything before the payload, parsed; nothing in it is trusted before {@link verifyPackage}. */
export interface PackageHeader {
  readonly version: { readonly major: number; readonly minor: number };
  /** Octets before the payload. */
  readonly headerLength: number;
  /** Octets of the payload: the sum of the parts. */
  readonly payloadLength: number;
  readonly image: Signed<ImageManifest>;
  readonly transfer: Signed<TransferManifest>;
}
