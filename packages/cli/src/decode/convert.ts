import { formatProvisioning, parseProvisioning } from '@fumarole/dm/bootstrap';
import {
  DecodeError,
  decode,
  encode,
  formatMgmtTree,
  joinParts,
  parseMgmtTree,
  serialiseXml,
  toXmlText,
} from '@fumarole/syncml';
import { CliError } from '../cli-error.ts';
import type { Convertible } from './report.ts';

/** A document in the other form: XML text for people, or WBXML octets. Throws CliError. */
export function convert(document: Convertible | undefined, to: 'xml' | 'wbxml'): string | Uint8Array {
  if (document === undefined)
    throw new CliError('usage', `There is no document inside that has a form in ${to}.`);
  try {
    return converted(document, to);
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof TypeError)) throw error;
    throw new CliError('file', `It can not be written as ${to}: ${error.message}`, [], error);
  }
}

function converted(document: Convertible, to: 'xml' | 'wbxml'): string | Uint8Array {
  switch (document.kind) {
    case 'syncml': {
      const message = decode(document.octets, document.encoding);
      return to === 'xml' ? `${toXmlText(message)}\n` : joinParts(encode(message, 'wbxml'));
    }
    case 'mgmt-tree': {
      const tree = parseMgmtTree(document.octets);
      return to === 'xml' ? `${serialiseXml(tree, { indent: 2 })}\n` : formatMgmtTree(tree, 'wbxml');
    }
    case 'provisioning': {
      const found = parseProvisioning(document.octets);
      return to === 'xml' ? `${formatProvisioning(found, 'xml')}\n` : formatProvisioning(found, 'wbxml');
    }
  }
}
