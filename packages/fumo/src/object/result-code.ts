/** Result codes of the final alert (fumo.md §6). Another number space than SyncML status codes, even where digits agree. */
import { DLOTA_TO_FUMO } from './dlota.ts';

/** One normalised reason for each way an operation can end, the same words for every device family. */
export type Reason =
  | 'success'
  | 'client-error'
  | 'user-cancelled'
  | 'damaged-package'
  | 'wrong-device'
  | 'bad-signature'
  | 'not-acceptable'
  | 'download-authentication'
  | 'download-timeout'
  | 'not-implemented'
  | 'undefined-error'
  | 'update-failed'
  | 'bad-url'
  | 'download-server-unavailable'
  | 'download-server-error'
  | 'no-room-for-package'
  | 'no-room-for-update'
  | 'network'
  | 'vendor-client-error'
  | 'vendor-server-error'
  | 'permission-denied'
  | 'busy'
  | 'no-fumo'
  | 'no-delivery-method'
  | 'no-answer'
  | 'version-unchanged'
  | 'rolled-back'
  | 'cancelled-by-operator'
  | 'stage-time-out';

/** What the server does with a failure of this kind (fumo.md §6, F-113). */
export type RetryClass = 'none' | 'retry' | 'limited' | 'user' | 'never' | 'hold';

export type ResultClass = 'success' | 'client-error' | 'server-error' | 'unknown';

export interface ResultInfo {
  readonly code: number;
  readonly name: string;
  readonly class: ResultClass;
  readonly reason: Reason;
  readonly retry: RetryClass;
  /** One phrase for a person. */
  readonly text: string;
}

const row = (code: number, name: string, reason: Reason, retry: RetryClass, text: string): ResultInfo => ({
  code,
  name,
  class: classOf(code),
  reason,
  retry,
  text,
});

export const RESULT_CODES: readonly ResultInfo[] = [
  row(200, 'Successful', 'success', 'none', 'the operation succeeded'),
  row(400, 'Management client error', 'client-error', 'limited', 'the device or its user got in the way'),
  row(401, 'User cancelled', 'user-cancelled', 'user', 'the user declined or stopped it'),
  row(402, 'Corrupted firmware update package', 'damaged-package', 'retry', 'the package arrived damaged'),
  row(
    403,
    'Package – device mismatch',
    'wrong-device',
    'never',
    'the package is for another device or version',
  ),
  row(404, 'Failed package validation', 'bad-signature', 'never', 'the signature could not be verified'),
  row(
    405,
    'Package not acceptable',
    'not-acceptable',
    'never',
    'the device does not accept this package type',
  ),
  row(
    406,
    'Alternate download authentication failure',
    'download-authentication',
    'limited',
    'the download server refused the device',
  ),
  row(407, 'Alternate download request time-out', 'download-timeout', 'retry', 'the download took too long'),
  row(408, 'Not implemented', 'not-implemented', 'never', 'the device does not support the operation'),
  row(409, 'Undefined error', 'undefined-error', 'limited', 'the device gave no particular reason'),
  row(410, 'Firmware update failed', 'update-failed', 'hold', 'the update itself failed in the device'),
  row(411, 'Malformed or bad URL', 'bad-url', 'never', 'the device could not use the download URL'),
  row(
    412,
    'Alternate download server unavailable',
    'download-server-unavailable',
    'retry',
    'the download server could not be reached',
  ),
  row(
    500,
    'Alternate download server error',
    'download-server-error',
    'retry',
    'the download server answered with an error',
  ),
  row(
    501,
    'Download fails: device out of memory',
    'no-room-for-package',
    'retry',
    'no room on the device to store the package',
  ),
  row(
    502,
    'Update fails: device out of memory',
    'no-room-for-update',
    'hold',
    'no room on the device to install the package',
  ),
  row(503, 'Download fails: network issues', 'network', 'retry', 'the network failed during the download'),
];

const BY_CODE: ReadonlyMap<number, ResultInfo> = new Map(RESULT_CODES.map((info) => [info.code, info]));

/**
 * Everything about a result code: its own row, else its vendor range, else its hundred (F-112, I-020); DLOTA numbers
 * 900–999 are first mapped as in dlota.md §7 (D-075). Never throws; an unknown number is an undefined error.
 */
export function resultInfo(code: number): ResultInfo {
  const listed = BY_CODE.get(code);
  if (listed !== undefined) {
    return listed;
  }
  if (code >= 900 && code <= 999) {
    const mapped = BY_CODE.get(DLOTA_TO_FUMO.get(code) ?? 409);
    return mapped === undefined ? unlisted(code) : { ...mapped, code, name: `${mapped.name} (${code})` };
  }
  return unlisted(code);
}

/** Reads the Data of a final alert: the first run of digits, whatever Format says (I-020, F-093). */
export function parseResult(data: string): number | undefined {
  const digits = /\d+/.exec(data.slice(0, 256))?.[0];
  return digits === undefined || digits.length > 6 ? undefined : Number(digits);
}

function unlisted(code: number): ResultInfo {
  const vendor =
    (code % 100 >= 50 && code < 300) || (code >= 450 && code < 500) || (code >= 550 && code < 600);
  const about = vendor ? 'Vendor specified' : 'Unassigned';
  switch (classOf(code)) {
    case 'success':
      return row(code, `${about} success`, 'success', 'none', `success with the code ${code}`);
    case 'client-error':
      return row(code, `${about} client error`, 'vendor-client-error', 'limited', `client error ${code}`);
    case 'server-error':
      return row(code, `${about} server error`, 'vendor-server-error', 'retry', `download error ${code}`);
    default:
      return row(code, 'Unknown', 'undefined-error', 'limited', `unknown result ${code}`);
  }
}

function classOf(code: number): ResultClass {
  switch (Math.floor(code / 100)) {
    case 2:
      return 'success';
    case 4:
    case 9:
      return 'client-error';
    case 5:
      return 'server-error';
    default:
      return 'unknown';
  }
}
