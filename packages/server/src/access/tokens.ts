import { createHash, timingSafeEqual } from 'node:crypto';

const PREFIX = 'fum_';
const TOKEN_BYTES = 32;
/** Longer than any token we made: not worth hashing. */
const MAX_TOKEN_LENGTH = 128;

/** A new token of 256 random bits; the prefix lets secret scanners know it. */
export function makeToken(random: (octets: number) => Uint8Array): string {
  return PREFIX + Buffer.from(random(TOKEN_BYTES)).toString('base64url');
}

/** SHA-256 of a token, lower-case hex: what the store keeps. No salt or stretching: 256 random bits cannot be guessed. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** The token of an `Authorization: Bearer …` header (RFC 6750 §2.1), undefined when it is none. */
export function bearerToken(header: string | undefined): string | undefined {
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header ?? '')?.[1];
  return token === undefined || token.length > MAX_TOKEN_LENGTH ? undefined : token;
}

/** Whether a token is the one of a kept hash, compared in constant time. */
export function isTokenOf(token: string, hash: string): boolean {
  const given = Buffer.from(tokenHash(token), 'hex');
  const kept = Buffer.from(hash, 'hex');
  return given.length === kept.length && timingSafeEqual(given, kept);
}
