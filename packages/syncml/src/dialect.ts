import type { Dialect, TagPage } from '@fumarole/wbxml';
import { Tag } from './tag.ts';

export const METINF_NAMESPACE = 'syncml:metinf';
/** Namespace of MgmtTree, the root of TNDS and DDF. */
export const DMDDF_NAMESPACE = 'syncml:dmddf1.2';

/** Tokens of code page 2, the DM tree and DDF (syncml-wbxml §8.3). `Node` is the element, `node` the format value. */
export const MGMT_TREE_TAGS: readonly (readonly [token: number, name: string])[] = [
  [0x05, 'AccessType'],
  [0x06, 'ACL'],
  [0x07, 'Add'],
  [0x08, 'b64'],
  [0x09, 'bin'],
  [0x0a, 'bool'],
  [0x0b, 'chr'],
  [0x0c, 'CaseSense'],
  [0x0d, 'CIS'],
  [0x0e, 'Copy'],
  [0x0f, 'CS'],
  [0x10, 'date'],
  [0x11, 'DDFName'],
  [0x12, 'DefaultValue'],
  [0x13, 'Delete'],
  [0x14, 'Description'],
  [0x15, 'DFFormat'],
  [0x16, 'DFProperties'],
  [0x17, 'DFTitle'],
  [0x18, 'DFType'],
  [0x19, 'Dynamic'],
  [0x1a, 'Exec'],
  [0x1b, 'float'],
  [0x1c, 'Format'],
  [0x1d, 'Get'],
  [0x1e, 'int'],
  [0x1f, 'Man'],
  [0x20, 'MgmtTree'],
  [0x21, 'MIME'],
  [0x22, 'Mod'],
  [0x23, 'Name'],
  [0x24, 'Node'],
  [0x25, 'node'],
  [0x26, 'NodeName'],
  [0x27, 'null'],
  [0x28, 'Occurrence'],
  [0x29, 'One'],
  [0x2a, 'OneOrMore'],
  [0x2b, 'OneOrN'],
  [0x2c, 'Path'],
  [0x2d, 'Permanent'],
  [0x2e, 'Replace'],
  [0x2f, 'RTProperties'],
  [0x30, 'Scope'],
  [0x31, 'Size'],
  [0x32, 'time'],
  [0x33, 'Title'],
  [0x34, 'TStamp'],
  [0x35, 'Type'],
  [0x36, 'Value'],
  [0x37, 'VerDTD'],
  [0x38, 'VerNo'],
  [0x39, 'xml'],
  [0x3a, 'ZeroOrMore'],
  [0x3b, 'ZeroOrN'],
  [0x3c, 'ZeroOrOne'],
];

const metInf: TagPage = { page: 1, namespace: METINF_NAMESPACE, tags: tagsOfPage(1) };
const mgmtTree: TagPage = { page: 2, namespace: DMDDF_NAMESPACE, tags: MGMT_TREE_TAGS };

export const SYNCML_1_2: Dialect = syncml('1.2', 0x1201);
export const SYNCML_1_1: Dialect = syncml('1.1', 0x0fd3);
export const SYNCML_1_0: Dialect = syncml('1.0', 0x0fd1);

/** FPI in capitals of the DTD file and of an early draft of 1.2: comparison ignores case, the draft is its own row. */
const draft: Dialect = { ...SYNCML_1_2, publicId: 0, formalPublicId: '-//OMA//DTD SYNCML 1.2//EN' };

export const SYNCML_DIALECTS: readonly Dialect[] = [SYNCML_1_2, SYNCML_1_1, SYNCML_1_0, draft];

/** A TNDS or DDF document of its own (form A of §7.5): the same pages under its own public identifier. */
export const MGMT_TREE: Dialect = {
  name: 'DM DDF 1.2',
  publicId: 0,
  formalPublicId: '-//OMA//DTD-DM-DDF 1.2//EN',
  tagPages: SYNCML_1_2.tagPages,
};

export function syncmlNamespace(version: string): string {
  return `SYNCML:SYNCML${version}`;
}

/** The dialect to write a message of this VerDTD in; an unknown version is written as 1.2. */
export function dialectFor(verDTD: string): Dialect {
  return verDTD === '1.1' ? SYNCML_1_1 : verDTD === '1.0' ? SYNCML_1_0 : SYNCML_1_2;
}

function syncml(version: string, publicId: number): Dialect {
  return {
    name: `SyncML ${version}`,
    publicId,
    formalPublicId: `-//SYNCML//DTD SyncML ${version}//EN`,
    tagPages: [{ page: 0, namespace: syncmlNamespace(version), tags: tagsOfPage(0) }, metInf, mgmtTree],
  };
}

function tagsOfPage(page: number): readonly (readonly [token: number, name: string])[] {
  return Object.entries(Tag)
    .filter(([, code]) => code >> 8 === page)
    .map(([name, code]) => [code & 0xff, name] as const);
}
