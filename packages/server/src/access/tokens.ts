import { createHash, timingSafeEqual } from 'node:crypto';

/** What a token may do; only `admin` exists so far, finer roles come with accounts. */
export type TokenRole = 'admin';

/** A token as the store keeps it. */
export interface TokenRow {
  /** SHA-256 of the token, lower-case hex: enough for 256 random bits, which cannot be guessed. */
  readonly hash: string;
  readonly name: string;
  readonly role: TokenRole;
  readonly createdAt: number;
}

export interface Principal {
  readonly name: string;
  readonly role: TokenRole;
}

const PREFIX = 'fum_';
const TOKEN_BYTES = 32;
/** Longer than any token we made: not worth hashing. */
const MAX_TOKEN_LENGTH = 128;

/** A new token of 256 random bits; the prefix lets secret scanners know it. */
export function makeToken(random: (octets: number) => Uint8Array): string {
  return PREFIX + Buffer.from(random(TOKEN_BYTES)).toString('base64url');
}

export function tokenHash(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** The token of an `Authorization: Bearer …` header (RFC 6750 §2.1), undefined when it is none. */
export function bearerToken(header: string | undefined): string | undefined {
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header ?? '')?.[1];
  return token === undefined || token.length > MAX_TOKEN_LENGTH ? undefined : token;
}

/** Whether the row found for a token is its own, compared in constant time. */
export function isTokenOf(token: string, hash: string): boolean {
  const given = Buffer.from(tokenHash(token), 'hex');
  const kept = Buffer.from(hash, 'hex');
  return given.length === kept.length && timingSafeEqual(given, kept);
}
