/** SMS-DELIVER: the TPDU that brings a message to a device (3GPP TS 23.040 §9.2.2.1). */
const MAX_ADDRESS_DIGITS = 20;
const TIMESTAMP_OCTETS = 7;
const DELIVER = 0;
const HEADER_INDICATOR = 0x40;

export interface SmsDeliver {
  /** Digits of the sender, `+` before an international number; octets in hex for a sender that is text. */
  readonly from: string;
  /** User data, its header included. */
  readonly userData: Uint8Array;
}

/**
 * Reads a TPDU with 8-bit user data and a user data header; undefined for any other. `smsc` says that the service centre
 * stands before it, as modems give it (`+CMT`, `+CMGL`). Never throws.
 */
export function parseSmsDeliver(
  octets: Uint8Array,
  { smsc }: { readonly smsc: boolean },
): SmsDeliver | undefined {
  const start = smsc ? 1 + (octets[0] ?? 0) : 0;
  const [flags = 0xff, digits = 0xff, typeOfNumber = 0] = octets.subarray(start);
  if ((flags & 3) !== DELIVER || (flags & HEADER_INDICATOR) === 0 || digits > MAX_ADDRESS_DIGITS)
    return undefined;
  const codingAt = start + 3 + Math.ceil(digits / 2) + 1;
  const lengthAt = codingAt + 1 + TIMESTAMP_OCTETS;
  const coding = octets[codingAt];
  const length = octets[lengthAt];
  if (coding === undefined || length === undefined || !isEightBit(coding)) return undefined;
  const userData = octets.slice(lengthAt + 1);
  if (userData.length !== length) return undefined;
  const address = octets.subarray(start + 3, codingAt - 1);
  return { from: addressText(address, digits, typeOfNumber), userData };
}

/** TS 23.038 §4: general group with alphabet 1, or the class group with bit 2. */
function isEightBit(coding: number): boolean {
  if ((coding & 0xc0) === 0) return (coding & 0x0c) === 0x04;
  return (coding & 0xf0) === 0xf0 && (coding & 0x04) !== 0;
}

function addressText(address: Uint8Array, digits: number, typeOfNumber: number): string {
  const kind = (typeOfNumber >> 4) & 7;
  const nibbles = [...address].flatMap((octet) =>
    kind === 5 ? [octet >> 4, octet & 15] : [octet & 15, octet >> 4],
  );
  const text = nibbles
    .slice(0, digits)
    .map((nibble) => nibble.toString(16))
    .join('');
  return kind === 1 ? `+${text}` : text;
}
