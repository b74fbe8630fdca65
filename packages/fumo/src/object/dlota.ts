/** Status reports of OMA Download OTA 1.0 (dlota.md §4) and both mappings to FUMO result codes (§7). */

export const DlotaCode = {
  success: 900,
  insufficientMemory: 901,
  userCancelled: 902,
  lossOfService: 903,
  attributeMismatch: 905,
  invalidDescriptor: 906,
  invalidDDVersion: 951,
  deviceAborted: 952,
  nonAcceptableContent: 953,
  loaderError: 954,
} as const;
export type DlotaCode = (typeof DlotaCode)[keyof typeof DlotaCode];

export interface DlotaInfo {
  readonly code: DlotaCode;
  /** Text of the report, as the standard writes it. */
  readonly text: string;
  readonly when: string;
  /** FUMO result code that our client sends for it (D-073); 900 is the success of a lone download. */
  readonly fumo: number;
}

export const DLOTA_CODES: readonly DlotaInfo[] = [
  { code: 900, text: 'Success', when: 'stored and checked', fumo: 200 },
  { code: 901, text: 'Insufficient memory', when: 'no room before or during the transfer', fumo: 501 },
  { code: 902, text: 'User Cancelled', when: 'the user said no or stopped it', fumo: 401 },
  { code: 903, text: 'Loss of Service', when: 'the connection could not be restored', fumo: 503 },
  { code: 905, text: 'Attribute mismatch', when: 'size or type differs from the descriptor', fumo: 402 },
  { code: 906, text: 'Invalid descriptor', when: 'the descriptor could not be understood', fumo: 409 },
  { code: 951, text: 'Invalid DDVersion', when: 'major version not supported', fumo: 409 },
  { code: 952, text: 'Device Aborted', when: 'the device stopped for its own reason', fumo: 400 },
  { code: 953, text: 'Non-Acceptable Content', when: 'type not supported or content refused', fumo: 405 },
  { code: 954, text: 'Loader Error', when: 'the URI could not be loaded', fumo: 500 },
];

const BY_CODE: ReadonlyMap<number, DlotaInfo> = new Map(DLOTA_CODES.map((info) => [info.code, info]));

/** DLOTA status → FUMO result code, column “Ours” (D-073, D-075). */
export const DLOTA_TO_FUMO: ReadonlyMap<number, number> = new Map(
  DLOTA_CODES.map((info) => [info.code, info.fumo]),
);

/** Refines 903 by its cause: a time-out is 407, no connection at all 412 (dlota.md §7). */
export function fumoResultOfDlota(code: DlotaCode, cause?: 'time-out' | 'no-connection'): number {
  if (code === 903 && cause !== undefined) {
    return cause === 'time-out' ? 407 : 412;
  }
  return DLOTA_TO_FUMO.get(code) ?? 409;
}

const FROM_FUMO: ReadonlyMap<number, DlotaCode> = new Map<number, DlotaCode>([
  [501, 901],
  [401, 902],
  [407, 903],
  [412, 903],
  [503, 903],
  [402, 905],
  [404, 953],
  [405, 953],
  [403, 953],
  [406, 954],
  [411, 954],
  [500, 954],
  [400, 952],
  [409, 952],
]);

/** FUMO result code → DLOTA report, only where no row of §8.4 says better (D-074); success is 900, the rest 952. */
export function dlotaReportOfFumo(result: number): DlotaCode {
  return result >= 200 && result < 300 ? 900 : (FROM_FUMO.get(result) ?? 952);
}

/** The row of a DLOTA status; undefined for numbers that the standard does not define. */
export function dlotaInfo(code: number): DlotaInfo | undefined {
  return BY_CODE.get(code);
}

/** Body of an install-notify report: `<code> <text>` (D-039). */
export function formatInstallNotify(code: DlotaCode): string {
  return `${code} ${BY_CODE.get(code)?.text ?? ''}`;
}

/** Reads a report: the first integer, the rest ignored (D-046, D-047); undefined when there is none (answer 400). */
export function parseInstallNotify(body: string): number | undefined {
  const digits = /\d+/.exec(body)?.[0];
  return digits === undefined || digits.length > 6 ? undefined : Number(digits);
}
