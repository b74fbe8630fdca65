import type { Format } from './format.ts';
import type { PropertyName } from './property-name.ts';

/** Commands a node answers to, whatever the ACL says (DDF `AccessType`, tree §9). */
export type AccessType = 'Add' | 'Copy' | 'Delete' | 'Exec' | 'Get' | 'Replace';

/** How often a described node may occur below its parent (DDF `Occurrence`). */
export type Occurrence =
  | 'One'
  | 'ZeroOrOne'
  | 'ZeroOrMore'
  | 'OneOrMore'
  | { readonly zeroOrN: number }
  | { readonly oneOrN: number };

/** One node of a device description: the DDF framework properties as data (tree §9). */
export interface NodeDescription {
  /** Empty: an unnamed node, the name is chosen when it is created. */
  readonly name: string;
  readonly access: readonly AccessType[];
  /** Absent: any format. */
  readonly format?: Format;
  /** Absent: `One`, as in a DDF. */
  readonly occurrence?: Occurrence;
  /** Absent: `dynamic`, as in a DDF. */
  readonly scope?: 'permanent' | 'dynamic';
  /** Leaf: the MIME types taken; absent: any. */
  readonly mime?: readonly string[];
  /** Interior node: identifier of the management object that starts here. */
  readonly moi?: string;
  /** Factory value, title and explanation of a DDF; they change nothing. */
  readonly defaultValue?: string;
  readonly title?: string;
  readonly about?: string;
  /** `CS`: names here and below are told apart by letter case; `CIS`: they are not. */
  readonly caseSense?: 'CS' | 'CIS';
  /** Properties the node has at run time; absent: ACL, Format, Name and Type. */
  readonly properties?: readonly PropertyName[];
  /** Octets one value may have; absent: the limit of the tree. */
  readonly maxOctets?: number;
  /** Is this text a value of this leaf? A refused one is answered 500 (tree §5.2). */
  readonly accepts?: (value: string) => boolean;
  /** `same`: every descendant is described by this description again. */
  readonly children?: readonly NodeDescription[] | 'same';
}

/** What a device puts into its tree: values for the nodes of a description. */
export interface NodeInit {
  readonly uri: string;
  readonly format: Format;
  /** Absent: `text/plain` on a leaf, the described MOI or empty on an interior node. */
  readonly type?: string;
  readonly value?: string | Uint8Array;
  readonly acl?: string;
  readonly title?: string;
}

/** A management object as a device mounts it: description of its root node, and the nodes there at the start. */
export interface ObjectNodes {
  /** Node URI of the described root; missing interior nodes above it are made permanent. */
  readonly root: string;
  readonly description: NodeDescription;
  /** Parents before their children. */
  readonly nodes: readonly NodeInit[];
}
