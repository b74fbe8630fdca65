/**
 * Where bootstrap documents lie on a smartcard (notification-bootstrap §6): the PKCS#15 application is found through EF DIR, its EF ODF
 * names directories of data objects, their entries name the files. Files are read by whoever has the card; here are their contents.
 */
import { BOOTSTRAP_LIMITS } from './limits.ts';

/** AID `A0 00 00 00 63` “PKCS-15”. */
export const PKCS15_AID = 'A000000063504B43532D3135';
/** Identifiers of elementary files. */
export const EF_DIR = '2F00';
export const EF_ODF = '5031';
/** Directory of the bootstrap objects, as cards of the sibling standard have it. */
const EF_DODF = '6430';
const FIRST_DOCUMENT = 0x6431;

/** Object identifiers below 2.23.43 (WAP Forum, OMA). DM bootstrap is 2.23.43.7.1; for client provisioning there is no confirmed one. */
const OID_ARC = [0x67, 0x2b];
const OID_DM: readonly number[] = [...OID_ARC, 7, 1];
const OID_CP: readonly number[] = [...OID_ARC, 3, 1];
/** 2.23.43.9.1: bootstrap of LwM2M, which is not ours. */
const OID_LWM2M = '672B0901';

/** A part of a transparent file, by the identifiers on the way to it from the PKCS#15 application. */
export interface CardObject {
  readonly path: readonly string[];
  readonly offset: number;
  /** Absent: to the end. */
  readonly length?: number;
}

/** Does EF DIR list the PKCS#15 application? */
export function listsPkcs15(efDir: Uint8Array): boolean {
  return fields(efDir)
    .filter(({ tag }) => tag === TAG.application)
    .some(({ value }) =>
      fields(value).some((inner) => inner.tag === TAG.aid && hexOf(inner.value) === PKCS15_AID),
    );
}

/** The directories of data objects that EF ODF names. */
export function dataDirectories(efOdf: Uint8Array): readonly CardObject[] {
  return fields(efOdf)
    .filter(({ tag }) => tag === TAG.dataObjects)
    .flatMap(({ value }) => fields(value).flatMap(pathOf));
}

/** The files of the bootstrap objects in a directory, in its order. Entries that can not be read are passed over. */
export function bootstrapObjects(dodf: Uint8Array): readonly CardObject[] {
  return fields(dodf)
    .filter(({ tag }) => tag === TAG.sequence)
    .flatMap(({ value }) => {
      const [, attributes, type] = fields(value);
      const oid = attributes && fields(attributes.value).find(({ tag }) => tag === TAG.oid);
      const name = oid === undefined ? '' : hexOf(oid.value);
      const isOurs = name.startsWith(hexOf(Uint8Array.from(OID_ARC))) && name !== OID_LWM2M;
      return isOurs && type?.tag === TAG.typeAttributes ? fields(type.value).flatMap(pathOf) : [];
    });
}

/** The document in a file: the named part, without the FF that fills it up (N-123). */
export function cardDocument(file: Uint8Array, { offset, length }: CardObject): Uint8Array {
  const part = file.subarray(offset, length === undefined ? undefined : offset + length);
  let end = part.length;
  while (end > 0 && part[end - 1] === FILLER) end -= 1;
  return part.slice(0, end);
}

/** The files of a card with these documents: their path below the master file, and contents. */
export function cardFiles(
  documents: readonly { readonly profile: 'cp' | 'dm'; readonly document: Uint8Array }[],
): readonly { readonly path: readonly string[]; readonly octets: Uint8Array }[] {
  const identifier = (at: number): string => (FIRST_DOCUMENT + at).toString(16).toUpperCase();
  const label = [...'PKCS-15'].map((character) => character.charCodeAt(0));
  const entries = documents.flatMap(({ profile, document }, at) =>
    tlv(TAG.sequence, [
      ...tlv(TAG.sequence, [
        ...tlv(
          TAG.utf8,
          [...'DM_Bootstrap'].map((c) => c.charCodeAt(0)),
        ),
        ...tlv(TAG.bits, [7, 0]),
      ]),
      ...tlv(TAG.sequence, tlv(TAG.oid, profile === 'dm' ? OID_DM : OID_CP)),
      ...tlv(TAG.typeAttributes, pathOctets(identifier(at), document.length)),
    ]),
  );
  return [
    {
      path: [EF_DIR],
      octets: Uint8Array.from(
        tlv(TAG.application, [...tlv(TAG.aid, octetsOf(PKCS15_AID)), ...tlv(TAG.label, label)]),
      ),
    },
    { path: [PKCS15_AID, EF_ODF], octets: Uint8Array.from(tlv(TAG.dataObjects, pathOctets(EF_DODF))) },
    { path: [PKCS15_AID, EF_DODF], octets: Uint8Array.from(entries) },
    ...documents.map(({ document }, at) => ({ path: [PKCS15_AID, identifier(at)], octets: document })),
  ];
}

const FILLER = 0xff;
/** Tags of ISO 7816-4 (EF DIR) and of PKCS#15's DER. */
const TAG = {
  application: 0x61,
  aid: 0x4f,
  label: 0x50,
  sequence: 0x30,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  /** Path: its optional length. */
  length: 0x80,
  typeAttributes: 0xa1,
  /** ODF: directories of data objects. */
  dataObjects: 0xa7,
} as const;
/** A file is selected by two octets. */
const IDENTIFIER_OCTETS = 2;

interface Field {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** Tag, length, value, one after the other; ends where the filling begins or something is cut. */
function fields(octets: Uint8Array): readonly Field[] {
  const found: Field[] = [];
  for (let at = 0; at < octets.length && found.length < BOOTSTRAP_LIMITS.cardEntries; ) {
    const tag = octets[at] ?? FILLER;
    const length = lengthAt(octets, at + 1);
    if (tag === FILLER || tag === 0 || length === undefined || length.end + length.value > octets.length)
      break;
    at = length.end + length.value;
    found.push({ tag, value: octets.subarray(length.end, at) });
  }
  return found;
}

function lengthAt(
  octets: Uint8Array,
  at: number,
): { readonly value: number; readonly end: number } | undefined {
  const first = octets[at];
  if (first === undefined || first < 0x80)
    return first === undefined ? undefined : { value: first, end: at + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 2 || at + 1 + count > octets.length) return undefined;
  return { value: numberOf(octets.subarray(at + 1, at + 1 + count)), end: at + 1 + count };
}

/** Path: identifiers, then offset and length (PKCS#15 §6.1). One from the master file starts with 3F00, which is left out. */
function pathOf({ tag, value }: Field): readonly CardObject[] {
  if (tag !== TAG.sequence) return [];
  const [identifiers, ...rest] = fields(value);
  if (identifiers?.tag !== TAG.octets || identifiers.value.length % IDENTIFIER_OCTETS !== 0) return [];
  const path: string[] = [];
  for (let at = 0; at < identifiers.value.length; at += IDENTIFIER_OCTETS)
    path.push(hexOf(identifiers.value.subarray(at, at + IDENTIFIER_OCTETS)));
  const number = (wanted: number): number | undefined => {
    const field = rest.find((one) => one.tag === wanted);
    return field === undefined || field.value.length > 4 ? undefined : numberOf(field.value);
  };
  const length = number(TAG.length);
  const below = path.filter((identifier) => identifier !== '3F00');
  if (below.length === 0) return [];
  return [{ path: below, offset: number(TAG.integer) ?? 0, ...(length === undefined ? {} : { length }) }];
}

function pathOctets(identifier: string, length?: number): readonly number[] {
  const extent = length === undefined ? [] : [...tlv(TAG.integer, [0]), ...tlv(TAG.length, integer(length))];
  return tlv(TAG.sequence, [...tlv(TAG.octets, octetsOf(identifier)), ...extent]);
}

function tlv(tag: number, value: readonly number[]): readonly number[] {
  const { length } = value;
  if (length < 0x80) return [tag, length, ...value];
  return length < 0x100 ? [tag, 0x81, length, ...value] : [tag, 0x82, length >> 8, length & 0xff, ...value];
}

/** Two octets with a zero before a set sign bit: DER. */
function integer(value: number): readonly number[] {
  const octets = [value >> 8, value & 0xff];
  return value >= 0x8000 ? [0, ...octets] : octets[0] === 0 && value < 0x80 ? [value] : octets;
}

function numberOf(octets: Uint8Array): number {
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function octetsOf(hex: string): readonly number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function hexOf(octets: Uint8Array): string {
  return [...octets]
    .map((octet) => octet.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}
