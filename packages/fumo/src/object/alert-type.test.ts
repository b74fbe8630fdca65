import { expect, it } from 'vitest';
import { normaliseAlertType } from './alert-type.ts';
import { isFumoMoi } from './moi.ts';
import { FUMO_STATES, isBusyState, parseFumoState } from './state.ts';
import { canonicalUri, fumoRootOf } from './uri.ts';

it.each([
  ['org.openmobilealliance.dm.firmwareupdate.download', 'download'],
  ['org.openmobilealliance.dm.firmwareupdate.update', 'update'],
  ['org.openmobilealliance.dm.firmwareupdate.downloadandupdate', 'download-and-update'],
  ['org.openmobilealliance.dm.firmwareupdate.devicerequest', 'device-request'],
  ['org.openmobilealliance.dm.firmwareupdate.userrequest', 'user-request'],
  ['Reversed-Domain-Name: org.openmobilealliance.dm.firmwareupdate.update', 'update'],
  [' org.openmobilealliance.dm.firmwareupdate.\n  downloadandupdate ', 'download-and-update'],
  ['org.openmobilealliance.firmwareupdate.download', 'download'],
  ['ORG.OpenMobileAlliance.DM.FirmwareUpdate.Update', 'update'],
  ['org.wi-fi.hotspot2dot0.update', undefined],
  ['org.openmobilealliance.dm.firmwareupdate.other', undefined],
  ['', undefined],
])('F-092 I-019: type %j is %s', (type, kind) => {
  expect(normaliseAlertType(type)).toBe(kind);
});

it.each([
  ['./FwUpdate/FwPkg1', './FwUpdate/FwPkg1', undefined],
  ['./FUMO/DownloadAndUpdate', './FUMO', 'download-and-update'],
  ['./FUMO/Download', './FUMO', 'download'],
  ['./FUMO/Update', './FUMO', 'update'],
  ['./FUMO/DownloadAndUpdate/PkgURL', './FUMO', 'download-and-update'],
  ['FwUpdate/X/Update/PkgData', './FwUpdate/X', 'update'],
  ['./FwUpdate/X/State', './FwUpdate/X', undefined],
  [' ./FwUpdate/X ', './FwUpdate/X', undefined],
  ['./Download', '.', 'download'],
])('F-092 I-021: %j belongs to root %s (%s)', (uri, root, operation) => {
  expect(fumoRootOf(uri)).toEqual(operation === undefined ? { root } : { root, operation });
});

it('S-055: the identifier is recognised in newer and older forms', () => {
  const forms = ['urn:oma:mo:oma-fumo:1.0', 'urn:oma:mo:oma-fumo:1.1', ' URN:OMA:MO:OMA-FUMO:1.0'];
  expect(forms.every(isFumoMoi)).toBe(true);
  expect(isFumoMoi('org.openmobilealliance/1.0/FirmwareUpdateManagementObject')).toBe(true);
  expect(isFumoMoi('urn:oma:mo:oma-dm-devinfo:1.0')).toBe(false);
});

it('F-062: only the ten values are states', () => {
  const values = FUMO_STATES.map(({ value }) => value);
  expect(values).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(['110', '190', '55', '', 'x', undefined].map(parseFumoState)).toEqual(Array(6).fill(undefined));
  expect(parseFumoState(' 50 ')).toBe(50);
  expect(values.filter(isBusyState)).toEqual([30, 40, 60]);
});

it('canonical URIs begin with ./ and carry no query', () => {
  expect(['FUMO/X', './FUMO/X?prop=Type', '/FUMO/X', '.'].map(canonicalUri)).toEqual([
    './FUMO/X',
    './FUMO/X',
    './FUMO/X',
    '.',
  ]);
});
