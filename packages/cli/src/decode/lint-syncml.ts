import { FORMATS, formatOf, parseUri } from '@fumarole/dm/tree';
import { ALERT_ROWS, METINF_NAMESPACE, STATUS_ROWS } from '@fumarole/syncml';
import { COMMAND_MODEL, CONTENT_MODELS, modelFault } from './content-models.ts';
import { elementsNamed, type Report, type Shown, textBelow } from './report.ts';

const COMMANDS = [
  'Add',
  'Alert',
  'Atomic',
  'Copy',
  'Delete',
  'Exec',
  'Get',
  'Replace',
  'Results',
  'Sequence',
  'Status',
];
const ON_NODES = ['Add', 'Copy', 'Delete', 'Exec', 'Get', 'Replace'];
const DATA_SYNC = ['Map', 'Move', 'Put', 'Search', 'Sync'];
/** Children that an Atomic or Sequence may hold in DM (tree §5.5). */
const CONTAINED: Readonly<Record<string, readonly string[]>> = {
  Atomic: ['Add', 'Alert', 'Copy', 'Delete', 'Replace'],
  Sequence: ['Add', 'Alert', 'Copy', 'Delete', 'Exec', 'Get', 'Replace', 'Atomic'],
};

/** What of a message breaks the standard, with the element where it shows. */
export function lintSyncml(root: Shown, isXml: boolean, report: Report): void {
  const [hdr] = elementsNamed(root, 'SyncHdr');
  const version = textBelow(hdr, 'VerDTD');
  const protocol = textBelow(hdr, 'VerProto');
  if (hdr !== undefined && (version !== '1.2' || protocol !== 'DM/1.2')) {
    report.warn(
      `VerDTD ${version ?? 'missing'} and VerProto ${protocol ?? 'missing'}: not DM 1.2`,
      hdr.offset,
    );
  }
  const session = textBelow(hdr, 'SessionID') ?? '';
  if (session.length > 4) report.warn(`SessionID ${session} has more than 4 characters`, hdr?.offset);
  if (hdr !== undefined && !/^[1-9]\d*$/.test(textBelow(hdr, 'MsgID') ?? '')) {
    report.warn('MsgID is no number from 1', hdr.offset);
  }
  const seen = new Set<string>();
  visit(root, (node, parent) => {
    lintModel(node, report);
    if (COMMANDS.includes(node.label) && isCommandPlace(parent)) lintCommand(node, seen, report);
    if (DATA_SYNC.includes(node.label)) report.warn(`${node.label} is not used in DM`, node.offset);
    if (node.label === 'Format') lintFormat(node, isXml, report);
    lintContained(node, report);
    const isMeta = parent?.label === 'Meta' && isXml && node.namespace !== METINF_NAMESPACE;
    if (isMeta) report.warn(`${node.label} is not in the namespace ${METINF_NAMESPACE}`, node.offset);
  });
}

/** Elements of the message; a document inside Data is its own. */
function visit(node: Shown, work: (node: Shown, parent: Shown | undefined) => void, parent?: Shown): void {
  work(node, parent);
  if (node.label === 'Data') return;
  for (const child of node.children) if (!child.label.startsWith('@')) visit(child, work, node);
}

function lintModel(node: Shown, report: Report): void {
  const model = node.label === 'Add' || node.label === 'Replace' ? COMMAND_MODEL : CONTENT_MODELS[node.label];
  if (model === undefined) return;
  const names = node.children.map(({ label }) => label).filter((label) => !label.startsWith('@'));
  const fault = modelFault(model, names);
  if (fault !== undefined) report.warn(`${node.label}: ${fault}`, node.offset);
}

function isCommandPlace(parent: Shown | undefined): boolean {
  return parent !== undefined && ['SyncBody', 'Atomic', 'Sequence'].includes(parent.label);
}

function lintCommand(node: Shown, seen: Set<string>, report: Report): void {
  const id = textBelow(node, 'CmdID');
  if (id !== undefined && !/^[1-9]\d*$/.test(id)) report.warn(`CmdID ${id} is no number from 1`, node.offset);
  if (id !== undefined && seen.has(id)) report.warn(`CmdID ${id} is used twice`, node.offset);
  if (id !== undefined) seen.add(id);
  if (elementsNamed(node, 'Cred').length > 0) report.warn(`${node.label} carries a Cred`, node.offset);
  const code = textBelow(node, 'Data');
  explainCode(node, code);
  if (node.label === 'Status' && code !== undefined && !STATUS_ROWS.has(Number(code))) {
    report.warn(`status ${code} is not one of SyncML`, node.offset);
  }
  if (node.label === 'Alert' && !ALERT_ROWS.has(Number(code))) {
    report.warn(`alert ${code ?? 'without a code'} is not one of DM`, node.offset);
  }
  if (ON_NODES.includes(node.label)) lintTargets(node, report);
}

/** Statuses and alerts in words, beside their codes. */
function explainCode(node: Shown, code: string | undefined): void {
  const [data] = elementsNamed(node, 'Data');
  const rows = { Status: STATUS_ROWS.get(Number(code))?.name, Alert: ALERT_ROWS.get(Number(code))?.meaning };
  const meaning = node.label === 'Status' ? rows.Status : node.label === 'Alert' ? rows.Alert : undefined;
  if (data !== undefined && meaning !== undefined) data.meaning = meaning;
}

function lintTargets(node: Shown, report: Report): void {
  for (const item of elementsNamed(node, 'Item')) {
    const uri = textBelow(elementsNamed(item, 'Target')[0], 'LocURI');
    if (uri !== undefined && parseUri(uri).kind === 'fault') {
      report.warn(`${uri} is no URI of a node, or longer than devices take`, item.offset);
    }
  }
}

function lintFormat(node: Shown, isXml: boolean, report: Report): void {
  const name = (node.text ?? '').trim();
  if (formatOf(name) === undefined)
    report.warn(`Format ${name} is none of ${FORMATS.join(', ')}`, node.offset);
  else if (name !== name.toLowerCase()) report.warn(`Format ${name} is not in lower case`, node.offset);
  else if (isXml && name === 'bin') report.warn('binary data in XML has to be b64', node.offset);
}

function lintContained(node: Shown, report: Report): void {
  const allowed = CONTAINED[node.label];
  if (allowed === undefined) return;
  for (const { label, offset } of node.children) {
    if (COMMANDS.includes(label) && !allowed.includes(label)) {
      report.warn(`${label} inside ${node.label}`, offset);
    }
  }
}
