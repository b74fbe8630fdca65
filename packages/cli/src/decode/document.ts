import { parseProvisioning, readW7 } from '@fumarole/dm/bootstrap';
import { DESCRIPTOR_TYPE, parseDescriptor } from '@fumarole/fumo/object';
import { DecodeError, decode, parseXml } from '@fumarole/syncml';
import { isDescription, lintInner, lintMgmtTree } from './lint-mgmt-tree.ts';
import { lintSyncml } from './lint-syncml.ts';
import { field, type Report, type Shown } from './report.ts';
import { walkWbxml } from './wbxml-document.ts';
import { scanXml } from './xml-scan.ts';
import { xmlSource } from './xml-source.ts';

/** A document in XML or WBXML: its tree, then what its own rules say. */
export function decodeDocument(
  octets: Uint8Array,
  encoding: 'xml' | 'wbxml',
  base: number,
  report: Report,
): Shown {
  const shown = encoding === 'wbxml' ? walkWbxml(octets, base, report) : walkXml(octets, base, report);
  const root = shown.children.find(({ label }) => !label.startsWith('@'));
  if (root === undefined) {
    report.formats.push(encoding === 'wbxml' ? 'WBXML' : 'XML');
    report.fail(base, 'there is no document element');
    return shown;
  }
  examine(root, octets, encoding, base, report);
  return shown;
}

function walkXml(octets: Uint8Array, base: number, report: Report): Shown {
  const source = xmlSource(octets);
  const { text } = source;
  if (text.includes('\0'))
    report.warn('a NUL stands inside the text', base + source.octetsOf(text.split('\0', 1)[0] ?? ''));
  if (source.foreignAt !== undefined) report.warn('an octet that is no UTF-8', base + source.foreignAt);
  const shown = scanXml(text, base, source.octetsOf);
  try {
    parseXml(octets);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    report.fail(base + source.placeOf(error.offset), error.message);
  }
  return shown;
}

function examine(
  root: Shown,
  octets: Uint8Array,
  encoding: 'xml' | 'wbxml',
  base: number,
  report: Report,
): void {
  const name = encoding === 'xml' ? 'XML' : 'WBXML';
  switch (root.label) {
    case 'SyncML':
      report.formats.push(`SyncML message in ${name}`);
      report.convertible = { kind: 'syncml', octets, encoding };
      lintSyncml(root, encoding === 'xml', report);
      tried(base, report, () => decode(octets, encoding));
      lintInside(root, report);
      return;
    case 'MgmtTree':
      report.formats.push(`${isDescription(root) ? 'device description (DDF)' : 'TNDS'} in ${name}`);
      report.convertible = { kind: 'mgmt-tree', octets };
      lintMgmtTree(root, octets, report);
      return;
    case 'wap-provisioningdoc':
      report.formats.push(`client provisioning document in ${name}`);
      report.convertible = { kind: 'provisioning', octets };
      tried(base, report, () => lintProvisioning(octets, root, report));
      return;
    default:
      if (root.label.toLowerCase() === 'media') {
        report.formats.push(`download descriptor (${DESCRIPTOR_TYPE})`);
        lintDescriptor(octets, root, base, report);
      } else {
        report.formats.push(name);
        report.warn(`${root.label} is the root of no document that is known here`, root.offset);
      }
  }
}

/** Subtrees that lie in the Data of a message, as documents, as elements or as text. */
function lintInside(node: Shown, report: Report): void {
  if (node.label === 'Data' && /^\s*<[\s\S]*MgmtTree/.test(node.text ?? '')) {
    // Escapes have moved the octets: places inside are not known.
    node.children.push(...scanXml(node.text ?? '', 0).children.map(withoutOffsets));
    delete node.text;
  }
  for (const child of node.children) {
    if (child.label === 'MgmtTree') {
      const kind = isDescription(child) ? 'device description (DDF)' : 'TNDS';
      if (!report.formats.includes(kind)) report.formats.push(kind);
      lintInner(child, report);
    } else lintInside(child, report);
  }
}

function withoutOffsets({ offset: _offset, children, ...node }: Shown): Shown {
  return { ...node, children: children.map(withoutOffsets) };
}

function lintProvisioning(octets: Uint8Array, root: Shown, report: Report): void {
  const accounts = readW7(parseProvisioning(octets));
  if (accounts.length === 0)
    report.warn('there is no complete DM account (APPLICATION with APPID w7)', root.offset);
  for (const { serverId, credentials } of accounts) {
    const has = (level: string): boolean => credentials.some((credential) => credential.level === level);
    if (!has('CLCRED'))
      report.warn(`${serverId}: no credentials of the client (AAUTHLEVEL APPSRV)`, root.offset);
    if (!has('SRVCRED'))
      report.warn(`${serverId}: no credentials of the server (AAUTHLEVEL CLIENT)`, root.offset);
  }
}

function lintDescriptor(octets: Uint8Array, root: Shown, base: number, report: Report): void {
  const reading = parseDescriptor(octets);
  if (reading.kind === 'descriptor') {
    root.children.push(
      field('(accepted)', base, `${reading.descriptor.size} octets from ${reading.descriptor.objectURI}`),
    );
    return;
  }
  report.fail(root.offset ?? base, `a device answers ${reading.code}: ${reading.reason}`);
}

function tried(base: number, report: Report, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    report.fail(base + error.offset, error.message);
  }
}
