import { expect, it } from 'vitest';
import { isWakeAddress, parsePapAddress, parsePhoneAddress, parseUdpAddress } from './wake-address.ts';

it.each([
  'udp:10.0.0.1:2948',
  'udp:[2001:db8::1]:2948',
  'tel:+491701234567',
  'pap:WAPPUSH=+491701234567/TYPE=PLMN@ppg.example',
  'http://10.0.0.1:8080/push',
  'https://hub.example/p?a=b',
])('%s is one', (address) => {
  expect(isWakeAddress(address)).toBe(true);
});

it.each([
  '',
  'udp:host',
  'udp:host:0',
  'udp:host:70000',
  'udp:2001:db8::1:2948',
  'tel:491701234567',
  'tel:+49 170',
  'tel:+1234567890123456',
  'pap:+49170',
  'pap:WAPPUSH=a b',
  'http://',
  'http://a\nb/',
  'file:///etc/passwd',
  'javascript:x',
  `http://h/${'x'.repeat(600)}`,
])('%j is none', (address) => {
  expect(isWakeAddress(address)).toBe(false);
});

it('each kind is read by its own channel only', () => {
  expect(parseUdpAddress('udp:[::1]:1')).toEqual({ host: '::1', port: 1 });
  expect([parsePhoneAddress('tel:+4917'), parsePhoneAddress('udp:h:1')]).toEqual(['4917', undefined]);
  expect([parsePapAddress('pap:WAPPUSH=1/TYPE=X@y'), parsePapAddress('tel:+4917')]).toEqual([
    'WAPPUSH=1/TYPE=X@y',
    undefined,
  ]);
});
