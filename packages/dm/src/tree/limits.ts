/** What one LocURI may be; the three values of `./DevDetail/URI` (tree §2.2). 0: no limit. */
export interface UriLimits {
  /** Segments of the node URI, the leading `./` and `?prop=…` not counted. */
  readonly maxDepth: number;
  /** Characters of the LocURI as written, with `./`, escapes and `?prop=…`. */
  readonly maxTotLen: number;
  /** Characters of one segment as written. */
  readonly maxSegLen: number;
}

/** Deep enough for every object of the standard; lengths that a widely deployed engine enforces (tree §2.2). */
export const DEFAULT_URI_LIMITS: UriLimits = { maxDepth: 20, maxTotLen: 255, maxSegLen: 120 };

/** Never parse a LocURI longer than this, whatever the device reports (a reported 0 means unlimited). */
export const MAX_URI_CHARACTERS = 4096;

/** Bounds of what servers may store in one tree. */
export interface TreeLimits {
  /** Nodes of the whole tree; one more is 420. A FUMO device needs about 60. */
  readonly maxNodes: number;
  /** Octets of one stored value; more is 413. Larger values go to a sink. */
  readonly maxValueOctets: number;
  /** Octets of all stored values together; more is 420. */
  readonly maxTotalOctets: number;
  /** Entries and server ids of one ACL; more is 420. */
  readonly maxAclIds: number;
}

export const DEFAULT_TREE_LIMITS: TreeLimits = {
  maxNodes: 4096,
  maxValueOctets: 64 * 1024,
  maxTotalOctets: 4 * 1024 * 1024,
  maxAclIds: 64,
};

/** Longest `Title` in octets of UTF-8 (tree §3); more is 413. */
export const MAX_TITLE_OCTETS = 255;

/** Objects that one serialised subtree may bring to the Inbox, each with a place of its own to be found; more is 413. */
export const MAX_INBOX_OBJECTS = 64;

/** Top Nodes of one device description, each put at its place in the tree; real files have one for each object. */
export const MAX_DESCRIBED_OBJECTS = 256;
