/**
 * Content of the elements of SyncML 1.2 as DM profiles it (syncml-wbxml §3), of MetInf, and of TNDS and DDF (tree §8.2, §9): the
 * children in their order, `?` none or one, `*` any number, `+` one or more. Elements that hold commands have no order of their own.
 */
export const CONTENT_MODELS: Readonly<Record<string, string>> = {
  SyncML: 'SyncHdr SyncBody',
  SyncHdr: 'VerDTD VerProto SessionID MsgID Target Source RespURI? NoResp? Cred? Meta?',
  Status: 'CmdID MsgRef CmdRef Cmd TargetRef* SourceRef* Cred? Chal? Data Item*',
  Results: 'CmdID MsgRef? CmdRef Meta? TargetRef? SourceRef? Item+',
  Copy: 'CmdID NoResp? Cred? Meta? Item+',
  Delete: 'CmdID NoResp? Archive? SftDel? Cred? Meta? Item+',
  Get: 'CmdID NoResp? Lang? Cred? Meta? Item+',
  Exec: 'CmdID NoResp? Cred? Meta? Correlator? Item',
  Alert: 'CmdID NoResp? Cred? Data? Correlator? Item*',
  Item: 'Target? Source? SourceParent? TargetParent? Meta? Data? MoreData?',
  Target: 'LocURI LocName? Filter?',
  Source: 'LocURI LocName?',
  Cred: 'Meta? Data',
  Chal: 'Meta',
  Meta: 'FieldLevel? Format? Type? Mark? Size? Anchor? Version? NextNonce? MaxMsgSize? MaxObjSize? EMI* Mem?',
};

/** Add and Replace are commands in SyncML and words of an AccessType in a DDF. */
export const COMMAND_MODEL = 'CmdID NoResp? Cred? Meta? Item+';

export const MGMT_TREE_MODELS: Readonly<Record<string, string>> = {
  MgmtTree: 'VerDTD Man? Mod? Node+',
  Node: 'NodeName Path? RTProperties? DFProperties? Node* Value?',
  RTProperties: 'ACL? Format? Name? Size? Title? TStamp? Type VerNo?',
  DFProperties:
    'AccessType DefaultValue? Description? DFFormat Occurrence? Scope? DFTitle? DFType CaseSense?',
};

/** The elements that a model speaks of. */
export function namesOf(model: string): readonly string[] {
  return model.split(' ').map((row) => row.replace(/[?*+]$/, ''));
}

/** What is wrong with a list of children by a model; undefined: nothing. */
export function modelFault(model: string, children: readonly string[]): string | undefined {
  const rows = model.split(' ').map((row) => ({
    name: row.replace(/[?*+]$/, ''),
    many: /[*+]$/.test(row),
    needed: !/[?*]$/.test(row),
  }));
  const missing = rows.filter(({ name, needed }) => needed && !children.includes(name));
  if (missing.length > 0) return `${missing.map(({ name }) => name).join(', ')} missing`;
  const strange = children.find((child) => !rows.some(({ name }) => name === child));
  if (strange !== undefined) return `${strange} has no place here`;
  const twice = rows.find(({ name, many }) => !many && children.filter((child) => child === name).length > 1);
  if (twice !== undefined) return `${twice.name} more than once`;
  const order = children.map((child) => rows.findIndex(({ name }) => name === child));
  const at = order.findIndex((place, index) => index > 0 && place < (order[index - 1] ?? 0));
  return at < 0 ? undefined : `${children[at]} stands behind ${children[at - 1]}`;
}
