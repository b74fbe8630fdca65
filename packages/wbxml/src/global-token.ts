/** Tokens with the same meaning on every code page (WBXML §7.1, syncml-wbxml §7.2). */
export const GlobalToken = {
  SWITCH_PAGE: 0x00,
  END: 0x01,
  ENTITY: 0x02,
  STR_I: 0x03,
  LITERAL: 0x04,
  EXT_I_0: 0x40,
  EXT_I_1: 0x41,
  EXT_I_2: 0x42,
  PI: 0x43,
  LITERAL_C: 0x44,
  EXT_T_0: 0x80,
  EXT_T_1: 0x81,
  EXT_T_2: 0x82,
  STR_T: 0x83,
  LITERAL_A: 0x84,
  EXT_0: 0xc0,
  EXT_1: 0xc1,
  EXT_2: 0xc2,
  OPAQUE: 0xc3,
  LITERAL_AC: 0xc4,
} as const;

/** Bits of a tag octet beside its token. */
export const CONTENT_BIT = 0x40;
export const ATTRIBUTES_BIT = 0x80;
export const TOKEN_BITS = 0x3f;
/** Lowest token of a code page; below it the global tokens repeat in each quarter of the octet range. */
export const FIRST_PAGE_TOKEN = 0x05;
