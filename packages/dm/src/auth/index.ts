export { decodeBase64, encodeBase64 } from '@fumarole/syncml';
export {
  accountDigest,
  basicCredential,
  macHeader,
  macValue,
  md5Credential,
  verifyBasic,
  verifyMac,
  verifyMd5,
} from './credential.ts';
export { equalOctets } from './equal-octets.ts';
export {
  equalTexts,
  formatHmacHeader,
  type HmacHeader,
  type MacKey,
  parseHmacHeader,
} from './hmac-header.ts';
export { makeNonce, makeNonceText, RESYNC_NONCES } from './nonce.ts';
export { type AuthScheme, type CredScheme, schemeOfType, schemeType } from './scheme.ts';
