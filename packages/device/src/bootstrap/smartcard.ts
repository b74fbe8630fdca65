/** The smartcard of a device: what a reader gives, and the bootstrap documents on it (notification-bootstrap §6). */
import {
  BOOTSTRAP_LIMITS,
  bootstrapObjects,
  cardDocument,
  dataDirectories,
  EF_DIR,
  EF_ODF,
  listsPkcs15,
  PKCS15_AID,
} from '@fumarole/dm/bootstrap';

/** What a card reader implements. */
export interface SmartcardReader {
  /** A name of the card that is in, another one for another card or for changed contents; undefined: none is in. */
  card(): Promise<string | undefined>;
  /** Contents of a transparent file: an application identifier or nothing, then file identifiers, in upper-case hexadecimal. Undefined: no such file. */
  read(path: readonly string[]): Promise<Uint8Array | undefined>;
}

/** The documents of the card that is in, in the order of its directories; none without a card or without bootstrap objects. */
export async function cardDocuments(reader: SmartcardReader): Promise<readonly Uint8Array[]> {
  if ((await reader.card()) === undefined) return [];
  // A card without EF DIR can still be asked for the application by its name.
  const directory = await reader.read([EF_DIR]);
  if (directory !== undefined && !listsPkcs15(directory)) return [];
  const odf = await reader.read([PKCS15_AID, EF_ODF]);
  const documents: Uint8Array[] = [];
  for (const { path } of dataDirectories(odf ?? new Uint8Array())) {
    const dodf = await reader.read([PKCS15_AID, ...path]);
    for (const object of bootstrapObjects(dodf ?? new Uint8Array())) {
      if (documents.length >= BOOTSTRAP_LIMITS.cardEntries) return documents;
      const file = await reader.read([PKCS15_AID, ...object.path]);
      const document = cardDocument(file ?? new Uint8Array(), object);
      if (document.length > 0) documents.push(document);
    }
  }
  return documents;
}
