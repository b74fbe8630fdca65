import { formatOf, parseAcl, parseDdf } from '@fumarole/dm/tree';
import { DecodeError } from '@fumarole/syncml';
import { MGMT_TREE_MODELS, modelFault, namesOf } from './content-models.ts';
import { elementsNamed, type Report, type Shown, textBelow } from './report.ts';

/** A description has framework properties, a serialised subtree has values. */
export function isDescription(root: Shown): boolean {
  return root.label === 'DFProperties' || root.children.some(isDescription);
}

/** A tree inside a message. */
export function lintInner(root: Shown, report: Report): void {
  lintTree(root, isDescription(root), report);
}

export function lintMgmtTree(root: Shown, octets: Uint8Array, report: Report): void {
  const description = isDescription(root);
  lintTree(root, description, report);
  if (!description) return;
  try {
    for (const { node, text } of parseDdf(octets).warnings) report.warn(`${node}: ${text}`);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    report.fail(root.offset ?? 0, error.message);
  }
}

function lintTree(root: Shown, description: boolean, report: Report): void {
  if (!description && textBelow(root, 'VerDTD') !== '1.2') report.warn('VerDTD is not 1.2', root.offset);
  lintNode(root, description, report);
}

function lintNode(node: Shown, description: boolean, report: Report): void {
  const model = MGMT_TREE_MODELS[node.label];
  const names = node.children.map(({ label }) => label).filter((label) => !label.startsWith('@'));
  const modelled = model === undefined ? [] : namesOf(model);
  const known = model === undefined ? names : names.filter((name) => modelled.includes(name));
  const foreign = node.children.filter(({ namespace = '' }) => !/^(?:syncml:dmddf.*)?$/i.test(namespace));
  const own = foreign.length > 0 ? known : names;
  const fault = model === undefined ? undefined : modelFault(model, own);
  if (fault !== undefined) report.warn(`${node.label}: ${fault}`, node.offset);
  if (node.label === 'Node' && !description) lintProperties(node, report);
  for (const child of node.children) lintNode(child, description, report);
}

function lintProperties(node: Shown, report: Report): void {
  const [properties] = elementsNamed(node, 'RTProperties');
  if (properties === undefined) {
    report.warn(`${textBelow(node, 'NodeName') ?? 'a node'} has no RTProperties`, node.offset);
    return;
  }
  const format = elementsNamed(properties, 'Format')[0]?.children[0]?.label;
  if (format !== undefined && formatOf(format) === undefined) {
    report.warn(`Format ${format} is unknown`, properties.offset);
  }
  const acl = textBelow(properties, 'ACL') ?? '';
  if (parseAcl(acl) === undefined) report.warn(`${acl} is no access control list`, properties.offset);
}
