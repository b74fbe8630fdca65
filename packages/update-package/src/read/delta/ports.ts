/** The image that a delta is applied to. */
export interface OldImage {
  readonly size: number;
  /** Fills `into` with the octets from `position` on; both ends are inside the image. */
  read(position: number, into: Uint8Array): void;
}
