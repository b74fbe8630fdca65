import { describe, expect, it } from 'vitest';
import { parseResult, RESULT_CODES, resultInfo } from './result-code.ts';

describe('result codes', () => {
  it.each([
    [200, 'success', 'success', 'none'],
    [400, 'client-error', 'client-error', 'limited'],
    [401, 'client-error', 'user-cancelled', 'user'],
    [402, 'client-error', 'damaged-package', 'retry'],
    [403, 'client-error', 'wrong-device', 'never'],
    [404, 'client-error', 'bad-signature', 'never'],
    [405, 'client-error', 'not-acceptable', 'never'],
    [407, 'client-error', 'download-timeout', 'retry'],
    [408, 'client-error', 'not-implemented', 'never'],
    [409, 'client-error', 'undefined-error', 'limited'],
    [410, 'client-error', 'update-failed', 'hold'],
    [411, 'client-error', 'bad-url', 'never'],
    [412, 'client-error', 'download-server-unavailable', 'retry'],
    [500, 'server-error', 'download-server-error', 'retry'],
    [501, 'server-error', 'no-room-for-package', 'retry'],
    [502, 'server-error', 'no-room-for-update', 'hold'],
    [503, 'server-error', 'network', 'retry'],
  ])('F-113: %i is %s, %s, %s', (code, group, reason, retry) => {
    expect(resultInfo(code)).toMatchObject({ code, class: group, reason, retry });
  });

  it('every code of the list has one normalised reason of its own', () => {
    const reasons = RESULT_CODES.map(({ reason }) => reason);
    expect(new Set(reasons).size).toBe(RESULT_CODES.length);
  });

  it.each([
    [255, 'success'],
    [201, 'success'],
    [299, 'success'],
    [450, 'client-error'],
    [417, 'client-error'],
    [499, 'client-error'],
    [551, 'server-error'],
    [504, 'server-error'],
    [300, 'unknown'],
    [700, 'unknown'],
    [0, 'unknown'],
  ])('F-112: %i is classed by its range or hundred as %s', (code, group) => {
    expect(resultInfo(code)).toMatchObject({ code, class: group });
  });

  it.each([
    [902, 'user-cancelled'],
    [901, 'no-room-for-package'],
    [903, 'network'],
    [905, 'damaged-package'],
    [906, 'undefined-error'],
    [952, 'client-error'],
    [953, 'not-acceptable'],
    [954, 'download-server-error'],
    [999, 'undefined-error'],
  ])('D-075: %i in an alert has the reason %s', (code, reason) => {
    expect(resultInfo(code)).toMatchObject({ code, reason });
  });

  it('900 in an alert is a success', () => {
    expect(resultInfo(900).class).toBe('success');
  });

  it.each([
    ['200', 200],
    [' 200 ', 200],
    ['952 file error', 952],
    ['code=410;', 410],
    ['', undefined],
    ['none', undefined],
    ['99999999', undefined],
  ])('F-093 I-020: %j reads as %s', (text, code) => {
    expect(parseResult(text)).toBe(code);
  });
});
