import { expect, it } from 'vitest';
import { createLogger, loggablePath } from './logger.ts';

it('writes JSON lines without secrets', () => {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => lines.push(line) });
  const headers = { authorization: 'Bearer fum_T0PSECRET' };
  log.info(
    { req: { method: 'GET', url: '/d/T0PSECRET?x=T0PSECRET', headers }, account: { secret: 'T0PSECRET' } },
    'asked',
  );
  log.debug('not at this level');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('T0PSECRET');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    service: 'fumarole',
    msg: 'asked',
    req: { method: 'GET', path: '/d/[redacted]' },
    account: { secret: '[redacted]' },
  });
});

it.each([
  ['/d/abc.def', '/d/[redacted]'],
  ['/dd/abc?x=1', '/dd/[redacted]'],
  ['/n/abc/more', '/n/[redacted]/more'],
  ['/pap/abc', '/pap/[redacted]'],
  ['/dm?s=token', '/dm'],
  ['/api/devices', '/api/devices'],
])('%s is logged as %s', (url, path) => {
  expect(loggablePath(url)).toBe(path);
});
