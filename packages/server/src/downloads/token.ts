import { createHmac, timingSafeEqual } from 'node:crypto';
import { MAX_TOKEN_CHARS } from './limits.ts';

/** What the token opens: the first segment of its path. */
export type TokenUse = 'd' | 'dd' | 'n';

/** One device's right to one object until a time, as it stands in a URL. */
export interface DownloadGrant {
  readonly deviceId: string;
  readonly attemptId: string;
  /** SHA-256 of the object, lower-case hex. */
  readonly sha256: string;
  /** Milliseconds since the epoch, whole seconds. */
  readonly expires: number;
}

const VERSION = 1;
/** Version, expiry in seconds, SHA-256, octets of the device id. */
const FIXED_BYTES = 1 + 5 + 32 + 1;
/** HMAC-SHA-256 cut to 128 bits: enough against guessing, short enough for old devices. */
const MAC_BYTES = 16;

/**
 * base64url of: version, expiry, SHA-256, length and text of the device id, attempt id, MAC. The MAC covers the use as
 * well, so that a package's token does not report for it.
 */
export function formatToken(use: TokenUse, grant: DownloadGrant, key: Uint8Array): string {
  const device = Buffer.from(grant.deviceId, 'utf8');
  if (device.length > 255) throw new RangeError('a device id has at most 255 octets');
  const fixed = Buffer.alloc(FIXED_BYTES);
  fixed.writeUInt8(VERSION, 0);
  fixed.writeUIntBE(Math.floor(grant.expires / 1000), 1, 5);
  fixed.write(grant.sha256, 6, 'hex');
  fixed.writeUInt8(device.length, 38);
  const body = Buffer.concat([fixed, device, Buffer.from(grant.attemptId, 'utf8')]);
  return Buffer.concat([body, macOf(use, body, key)]).toString('base64url');
}

/** Undefined for anything that this server did not make for this use; expiry is the caller's question. */
export function parseToken(use: TokenUse, token: string, key: Uint8Array): DownloadGrant | undefined {
  if (token.length > MAX_TOKEN_CHARS) return undefined;
  const octets = Buffer.from(token, 'base64url');
  if (octets.length < FIXED_BYTES + MAC_BYTES || octets.readUInt8(0) !== VERSION) return undefined;
  const body = octets.subarray(0, -MAC_BYTES);
  if (!timingSafeEqual(octets.subarray(-MAC_BYTES), macOf(use, body, key))) return undefined;
  const deviceEnd = FIXED_BYTES + body.readUInt8(38);
  return {
    deviceId: body.toString('utf8', FIXED_BYTES, deviceEnd),
    attemptId: body.toString('utf8', deviceEnd),
    sha256: body.toString('hex', 6, 38),
    expires: body.readUIntBE(1, 5) * 1000,
  };
}

function macOf(use: TokenUse, body: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`${use}\n`).update(body).digest().subarray(0, MAC_BYTES);
}
