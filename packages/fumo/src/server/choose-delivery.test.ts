import { describe, expect, it } from 'vitest';
import { chooseDelivery, type DeliveryChoice } from './choose-delivery.ts';
import type { DeviceRecord, FumoRoot, SessionFacts } from './device-record.ts';
import { newDevice } from './new-device.ts';
import { ROOT } from './scripted-device.fixture.ts';
import type { OperationChoice, Via } from './update.ts';

const root = (...nodes: readonly (keyof FumoRoot)[]): FumoRoot => ({
  uri: ROOT,
  found: 'type',
  exists: true,
  download: false,
  update: false,
  pkgData: false,
  downloadAndUpdate: false,
  pkgName: false,
  pkgVersion: false,
  state: true,
  ...Object.fromEntries(nodes.map((node) => [node, true])),
});
const all = root('download', 'update', 'pkgData', 'downloadAndUpdate');
const session: SessionFacts = {
  key: 's',
  trigger: 1201,
  encoding: 'wbxml',
  scheme: 'md5',
  maxMsgSize: 5000,
  maxObjSize: 1_000_000,
  pending: {},
  nextKey: 1,
  turns: 0,
};
const device = (more: Partial<DeviceRecord> = {}, facts: Record<string, string> = {}): DeviceRecord => ({
  ...newDevice({ id: 'd', manufacturer: 'Acme', model: 'M' }, 'automatic', 0),
  session,
  nodes: Object.fromEntries(
    Object.entries({ './DevDetail/LrgObj': 'true', ...facts }).map(([uri, value]) => [
      uri,
      { status: 200, value, at: 0, contact: 0 },
    ]),
  ),
  ...more,
});
const pkg = { size: 20_000, version: '1.1' };
const pick = (
  record: DeviceRecord,
  fumo: FumoRoot,
  via: Via = 'auto',
  operation: OperationChoice = 'auto',
  size = 20_000,
): DeliveryChoice => chooseDelivery(record, fumo, { ...pkg, size }, via, operation);
const kind = (choice: DeliveryChoice): string =>
  choice.kind === 'none'
    ? 'none'
    : 'descriptor' in choice.delivery
      ? `${choice.delivery.kind}${choice.delivery.descriptor ? ' dd' : ''}`
      : choice.delivery.kind;

describe('what the tree offers', () => {
  it.each([
    ['F-018', all, 'combined'],
    ['F-020', root('download', 'update'), 'download'],
    ['F-023', root('update', 'pkgData'), 'pkgdata'],
    ['F-040', root('downloadAndUpdate'), 'combined'],
    ['F-040', root('download'), 'none'],
    ['F-134', root(), 'none'],
    ['F-134', root('update'), 'none'],
  ])('%s: first possible way', (_id, fumo, expected) => {
    expect(kind(pick(device(), fumo))).toBe(expected);
  });

  it('says why the others are not it', () => {
    expect(pick(device(), root('update', 'pkgData')).why).toBe(
      'large object to PkgData, then Update (DownloadAndUpdate by URL: the device has no such node; Download by URL, then Update: the device has no such node)',
    );
  });
});

describe('what was asked for', () => {
  it.each([
    ['auto', 'auto', 'combined'],
    ['url', 'auto', 'combined'],
    ['descriptor', 'auto', 'combined dd'],
    ['pkgdata', 'auto', 'pkgdata'],
    ['auto', 'download-then-update', 'download'],
    ['descriptor', 'download-then-update', 'download dd'],
    ['pkgdata', 'download-and-update', 'none'],
    ['auto', 'download-and-update', 'combined'],
  ] as const)('via %s, %s: %s', (via, operation, expected) => {
    expect(kind(pick(device(), all, via, operation))).toBe(expected);
  });

  it('F-016: update-only where State says that a package is held', () => {
    const held = device({}, { [`${ROOT}/State`]: '50' });
    expect(kind(pick(held, all, 'auto', 'update-only'))).toBe('update-only');
    expect(pick(device({}, { [`${ROOT}/State`]: '10' }), all, 'auto', 'update-only').why).toContain(
      'State is 10',
    );
  });

  it('a held package that names itself as the target is used unasked', () => {
    const held = device({}, { [`${ROOT}/State`]: '50', [`${ROOT}/PkgVersion`]: '1.1' });
    expect(kind(pick(held, all))).toBe('update-only');
    const other = device({}, { [`${ROOT}/State`]: '50', [`${ROOT}/PkgVersion`]: '1.0' });
    expect(kind(pick(other, all))).toBe('combined');
  });
});

describe('large objects', () => {
  const inBand = root('update', 'pkgData');
  it.each([
    [
      'F-122: LrgObj is not true',
      device({}, { './DevDetail/LrgObj': 'false' }),
      20_000,
      'LrgObj is not true',
    ],
    ['F-122 S-054: more than MaxObjSize', device(), 2_000_000, 'more than its MaxObjSize 1000000'],
    [
      'F-122: no MaxObjSize',
      device({ session: { ...session, maxObjSize: undefined } }),
      20_000,
      'no MaxObjSize',
    ],
    [
      'S-013: base64 counts as it travels',
      device({ session: { ...session, encoding: 'xml' } }),
      900_000,
      '1200000 octets are more',
    ],
  ])('%s', (_title, record, size, why) => {
    expect(pick(record, inBand, 'auto', 'auto', size)).toMatchObject({
      kind: 'none',
      why: expect.stringContaining(why),
    });
  });

  it.each(['true', 'TRUE', '1'])('S-012: LrgObj %s is true', (value) => {
    expect(kind(pick(device({}, { './DevDetail/LrgObj': value }), inBand))).toBe('pkgdata');
  });

  it('a package that fits one message needs no chunks', () => {
    const small = device(
      { session: { ...session, maxObjSize: undefined } },
      { './DevDetail/LrgObj': 'false' },
    );
    expect(kind(pick(small, inBand, 'auto', 'auto', 1000))).toBe('pkgdata');
  });

  it('S-013: the profile may allow chunks without MaxObjSize', () => {
    const moto = device({ manufacturer: 'Motorola', session: { ...session, maxObjSize: undefined } });
    expect(kind(pick(moto, inBand))).toBe('pkgdata');
    expect(kind(pick(moto, inBand, 'auto', 'auto', 300_000))).toBe('none');
  });
});

describe('what was refused before', () => {
  it.each([
    [`exec ${ROOT}/DownloadAndUpdate`, 425, 'download'],
    [`replace ${ROOT}/DownloadAndUpdate/PkgURL`, 404, 'download'],
    [`exec ${ROOT}/Download`, 406, 'combined'],
  ])('I-027: %s with %i: the next way is %s', (what, status, expected) => {
    expect(kind(pick(device({ unsupported: { [what]: status } }), all))).toBe(expected);
  });

  it('refused everywhere: no delivery method, with the statuses', () => {
    const unsupported = {
      [`exec ${ROOT}/DownloadAndUpdate`]: 425,
      [`exec ${ROOT}/Update`]: 425,
    };
    expect(pick(device({ unsupported }), all)).toMatchObject({
      kind: 'none',
      why: expect.stringContaining('425'),
    });
  });
});

describe('families', () => {
  it('D-029 I-029: Windows Mobile is given the direct URL, never a descriptor', () => {
    const phone = device({
      policy: { offer: 'automatic', via: 'auto', operation: 'auto', profile: 'windows-mobile' },
    });
    expect(kind(pick(phone, root('downloadAndUpdate')))).toBe('combined');
    expect(pick(phone, root('downloadAndUpdate'), 'descriptor').kind).toBe('none');
  });

  it('D-029 I-029: Samsung is given descriptors only', () => {
    expect(kind(pick(device({ manufacturer: 'Samsung' }), root('downloadAndUpdate')))).toBe('combined dd');
  });
});
