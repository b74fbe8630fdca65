import { expect, it } from 'vitest';
import { withGatewayPasswords } from './gateway-passwords.ts';

const environment = {
  FUMAROLE_SMPP_PASSWORD: 'from outside',
  FUMAROLE_PAP_PASSWORD: 'too',
  FUMAROLE_HOOK_TOKEN: 'bearer',
};
const smpp = { url: 'smpp://smsc', systemId: 'a' };

it('fills in the password of a gateway that has none of its own', () => {
  expect(
    withGatewayPasswords({ wake: { smpp, hook: { url: 'http://h' } }, planner: {} }, environment),
  ).toEqual({
    wake: { smpp: { ...smpp, password: 'from outside' }, hook: { token: 'bearer', url: 'http://h' } },
    planner: {},
  });
  const own = { wake: { smpp: { ...smpp, password: 'own' }, http: true } };
  expect(withGatewayPasswords(own, environment)).toEqual(own);
});

it.each([
  [null],
  ['text'],
  [[]],
  [{ wake: 1 }],
  [{ wake: { smpp: 'x' } }],
])('leaves %j to the server', (settings) => {
  expect(withGatewayPasswords(settings, environment)).toEqual(settings);
});
