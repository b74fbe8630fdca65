/** Bounds on one WBXML document; what exceeds them is refused before it costs anything. */
export interface WbxmlLimits {
  /** Octets of the whole document, header included. */
  readonly maxOctets: number;
  /** Open elements at once; SyncML with a TNDS inside needs about 40 (syncml-wbxml §7.3(7)). */
  readonly maxDepth: number;
  /** Elements, attributes and text pieces together. */
  readonly maxNodes: number;
}

/** 4 MiB is far over any MaxMsgSize seen; 100,000 nodes is a tree of about 10,000 management nodes. */
export const DEFAULT_WBXML_LIMITS: WbxmlLimits = {
  maxOctets: 4 * 1024 * 1024,
  maxDepth: 64,
  maxNodes: 100_000,
};
