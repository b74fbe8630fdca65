import { expect, it } from 'vitest';
import {
  DLOTA_CODES,
  dlotaReportOfFumo,
  formatInstallNotify,
  fumoResultOfDlota,
  parseInstallNotify,
} from './dlota.ts';
import { DOWNLOAD_CAUSES, downloadOutcomeOfHttp } from './download-cause.ts';

it.each([
  [900, 200],
  [901, 501],
  [902, 401],
  [903, 503],
  [905, 402],
  [906, 409],
  [951, 409],
  [952, 400],
  [953, 405],
  [954, 500],
] as const)('D-073: %i becomes %i', (code, result) => {
  expect(fumoResultOfDlota(code)).toBe(result);
});

it('D-073: 903 is refined by its cause', () => {
  expect(fumoResultOfDlota(903, 'time-out')).toBe(407);
  expect(fumoResultOfDlota(903, 'no-connection')).toBe(412);
});

it.each([
  [200, 900],
  [255, 900],
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
])('D-074: %i is reported as %i', (result, report) => {
  expect(dlotaReportOfFumo(result)).toBe(report);
});

it.each([
  ['bad-url', 411, 954],
  ['name-not-resolved', 412, 903],
  ['connection-refused', 412, 903],
  ['time-out', 407, 903],
  ['connection-lost', 503, 903],
  ['client-certificate-refused', 406, 954],
  ['tls', 503, 954],
  ['too-many-redirects', 500, 954],
  ['redirect-of-first-url', 411, 954],
  ['range-refused-twice', 500, 954],
  ['no-room', 501, 901],
  ['size-mismatch', 402, 905],
  ['type-not-acceptable', 405, 953],
  ['type-mismatch', 402, 905],
  ['hash-mismatch', 402, 905],
  ['bad-signature', 404, 953],
  ['wrong-device', 403, 953],
  ['user-stopped', 401, 902],
  ['device-stopped', 400, 952],
  ['descriptor-invalid', 409, 906],
  ['descriptor-version', 409, 951],
  ['other', 409, 952],
] as const)('D-068: %s gives %i and %i', (cause, result, report) => {
  expect(DOWNLOAD_CAUSES[cause]).toMatchObject({ result, report });
});

it.each([
  [408, 407, 903, true],
  [504, 407, 903, true],
  [400, 411, 954, false],
  [414, 411, 954, false],
  [401, 406, 954, false],
  [403, 406, 954, false],
  [407, 406, 954, false],
  [404, 411, 954, false],
  [410, 411, 954, false],
  [405, 500, 954, false],
  [451, 500, 954, false],
  [429, 412, 954, true],
  [500, 500, 954, true],
  [501, 500, 954, false],
  [502, 500, 954, true],
  [503, 412, 954, true],
])('D-068: HTTP %i gives %i and %i', (status, result, report, retried) => {
  expect(downloadOutcomeOfHttp(status)).toMatchObject({ result, report, retried });
});

it('D-039: a report is code, blank, text', () => {
  expect(DLOTA_CODES.map(({ code }) => formatInstallNotify(code))).toContain('901 Insufficient memory');
});

it.each([
  ['900 Success \n\r', 900],
  ['902 User Canceled', 902],
  ['900 123.4', 900],
  ['461 policy', 461],
  ['', undefined],
  ['Success', undefined],
])('D-046 D-047: body %j reads as %s', (body, code) => {
  expect(parseInstallNotify(body)).toBe(code);
});
