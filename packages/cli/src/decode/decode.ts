import { decodeDocument } from './document.ts';
import { MAX_LAYERS } from './limits.ts';
import { decodePackage0, isPackage0 } from './package0.ts';
import { field, Report, type Shown } from './report.ts';
import { decodeSmsPdu, decodeSmsUserData, isSmsPdu, isSmsUserData } from './sms.ts';
import { decodeUpdatePackage, isUpdatePackage } from './update-package.ts';
import { isKnownWbxml, octetsText } from './wbxml-document.ts';
import { decodePush, isPush } from './wsp-push.ts';

export const KINDS = ['update-package', 'xml', 'sms', 'push', 'wbxml', 'package0', 'pdu', 'tpdu'] as const;
export type Kind = (typeof KINDS)[number];

/** How octets are known; the first that fits counts, so the sure signs stand first. */
const SIGNS: Readonly<Record<Kind, (octets: Uint8Array) => boolean>> = {
  'update-package': isUpdatePackage,
  xml: (octets) => /^(?:\xef\xbb\xbf)?\s*</.test(Buffer.from(octets.subarray(0, 64)).toString('latin1')),
  sms: isSmsUserData,
  push: isPush,
  wbxml: isKnownWbxml,
  package0: isPackage0,
  pdu: isSmsPdu,
  tpdu: () => false,
};

export interface Decoding {
  readonly shown: Shown;
  readonly report: Report;
}

/** Decodes octets, layer by layer; what can not be decoded is in the report with its offset and the reason. Never throws for them. */
export function decodeOctets(
  octets: Uint8Array,
  options: { as?: Kind | undefined; cut?: boolean } = {},
): Decoding {
  const report = new Report();
  const shown = layer(octets, 0, report, options.as, options.cut === true, 0);
  return { shown, report };
}

function layer(
  octets: Uint8Array,
  base: number,
  report: Report,
  as: Kind | undefined,
  cut: boolean,
  depth: number,
): Shown {
  const kind = as ?? KINDS.find((one) => SIGNS[one](octets)) ?? lastResort(octets);
  switch (kind) {
    case 'update-package':
      return decodeUpdatePackage(octets, cut, report);
    case 'xml':
    case 'wbxml':
      return decodeDocument(octets, kind, base, report);
    case 'package0':
      return decodePackage0(octets, base, report);
    case 'sms':
      return withBody(decodeSmsUserData(octets, base, report), report, 'push', depth);
    case 'push':
      return withBody(decodePush(octets, base, report), report, undefined, depth);
    case 'pdu':
    case 'tpdu':
      return withBody(decodeSmsPdu(octets, base, report, { smsc: kind === 'pdu' }), report, 'sms', depth);
    case undefined:
      report.formats.push('unknown');
      report.fail(
        base,
        octets.length === 0 ? 'there is nothing' : 'these octets begin no format that is known here',
      );
      return field('octets', base, octetsText(octets));
  }
}

interface Carrier {
  readonly shown: Shown;
  readonly body?: { readonly octets: Uint8Array; readonly offset: number };
}

function withBody({ shown, body }: Carrier, report: Report, as: Kind | undefined, depth: number): Shown {
  if (body === undefined || depth >= MAX_LAYERS) return shown;
  const inner = layer(body.octets, body.offset, report, as, false, depth + 1);
  return { ...shown, children: [...shown.children, inner] };
}

/** Octets that begin like WBXML are taken for it, so that it is said where they break. */
function lastResort(octets: Uint8Array): Kind | undefined {
  const [version = 0] = octets;
  return octets.length > 4 && version >= 1 && version <= 3 ? 'wbxml' : undefined;
}
