import { describe, expect, it } from 'vitest';
import type { PackageRecord } from './package-record.ts';
import { somePackage } from './scripted-device.fixture.ts';
import { type DeviceFacts, type Selection, selectPackage } from './select-package.ts';

const facts = (version: string | undefined, more: Partial<DeviceFacts> = {}): DeviceFacts => ({
  manufacturer: 'Acme',
  model: 'M-100',
  hardware: { known: true, value: 'h1' },
  version: version === undefined ? { known: true } : { known: true, value: version },
  ...more,
});
const unread: Partial<DeviceFacts> = { version: { known: false }, hardware: { known: false } };
const pkg = (
  id: string,
  version: string,
  release: number,
  more: Partial<PackageRecord> = {},
): PackageRecord => somePackage({ id, name: id, version, release, fromVersions: [], ...more });
const chosen = (selection: Selection): string =>
  selection.kind === 'chosen' ? selection.path.map(({ id }) => id).join('>') : selection.kind;

describe('of very many packages', () => {
  const many = Array.from({ length: 500 }, (_, i) => pkg(`p${i}`, `1.${i}`, i + 1));
  it('the highest release is found, wherever it stands', () => {
    expect(chosen(selectPackage(facts('1.0'), many))).toBe('p499');
    expect(chosen(selectPackage(facts('1.0'), [...many].reverse()))).toBe('p499');
  });
  it('the one that an operator names is found', () => {
    expect(chosen(selectPackage(facts('1.0'), many, { packageId: 'p7' }))).toBe('p7');
  });
});

describe('by DevInfo', () => {
  it('S-050: case and outer blanks of Man and Mod are ignored, another FwV gets no offer', () => {
    const only = [pkg('p', '1.1', 2, { fromVersions: ['1.0'], manufacturer: ' ACME', models: ['m-100 '] })];
    expect(chosen(selectPackage(facts('1.0'), only))).toBe('p');
    expect(chosen(selectPackage(facts('1.0.0'), only))).toBe('none');
    expect(chosen(selectPackage(facts('1.0', { model: 'M-101' }), only))).toBe('none');
  });

  it('S-053: placeholders never match unless the package says any', () => {
    const named = [pkg('p', '1.1', 2, { manufacturer: 'unknown', models: ['TODO'] })];
    expect(chosen(selectPackage(facts('1.0', { manufacturer: 'unknown', model: 'TODO' }), named))).toBe(
      'none',
    );
    const any = [pkg('p', '1.1', 2, { manufacturer: '*', models: ['*'] })];
    expect(chosen(selectPackage(facts('1.0'), any))).toBe('p');
    const hardware = [pkg('p', '1.1', 2, { hardware: ['TODO'] })];
    expect(chosen(selectPackage(facts('1.0', { hardware: { known: true, value: 'TODO' } }), hardware))).toBe(
      'none',
    );
  });

  it('S-004: without Man and Mod nothing is chosen', () => {
    const { model: _, ...incomplete } = facts('1.0');
    expect(selectPackage(incomplete, [pkg('p', '1.1', 2)]).why).toContain('manufacturer and model');
  });

  it('F-008: one package without further constraints is chosen from DevInfo alone', () => {
    expect(chosen(selectPackage(facts('x', unread), [pkg('p', '1.1', 2)]))).toBe('p');
  });

  it('F-009: when DevInfo fits several, DevDetail decides', () => {
    const two = [
      pkg('a', '1.1', 2, { fromVersions: ['1.0'], hardware: ['h1'] }),
      pkg('b', '1.1', 2, { fromVersions: ['1.0'], hardware: ['h2'] }),
    ];
    const before = selectPackage(facts('x', unread), two);
    expect(before.kind === 'needs' && before.uris).toEqual(['./DevDetail/FwV', './DevDetail/HwV']);
    expect(chosen(selectPackage(facts('1.0', { hardware: { known: true, value: 'h2' } }), two))).toBe('b');
  });

  it('S-051: the hardware filter excludes', () => {
    const one = [pkg('p', '1.1', 2, { hardware: ['h2'] })];
    const selection = selectPackage(facts('1.0'), one);
    expect(selection.rejected).toEqual([
      { packageId: 'p', name: 'p 1.1', reason: 'made for hardware h2, the device has h1' },
    ]);
  });
});

describe('paths', () => {
  const line = [
    pkg('ab', 'B', 2, { fromVersions: ['A'] }),
    pkg('bc', 'C', 3, { fromVersions: ['B'] }),
    pkg('cd', 'D', 4, { fromVersions: ['C'] }),
  ];

  it('stepping stones lead to the highest release, one hop at a time', () => {
    expect(chosen(selectPackage(facts('A'), line))).toBe('ab>bc>cd');
    expect(chosen(selectPackage(facts('C'), line))).toBe('cd');
    expect(chosen(selectPackage(facts('D'), line))).toBe('current');
  });

  it('the shortest path is taken', () => {
    expect(chosen(selectPackage(facts('A'), [...line, pkg('ad', 'D', 4, { fromVersions: ['A'] })]))).toBe(
      'ad',
    );
  });

  it('without a path to the highest, the highest that can be reached', () => {
    expect(
      chosen(
        selectPackage(facts('A'), [line[0] ?? pkg('x', 'x', 1), pkg('yz', 'Z', 9, { fromVersions: ['Y'] })]),
      ),
    ).toBe('ab');
  });

  it('a named package is the goal, over stones if need be, and unpublished ones may be named', () => {
    const draft = pkg('de', 'E', 5, { fromVersions: ['D'], published: false });
    expect(chosen(selectPackage(facts('A'), [...line, draft], { packageId: 'bc' }))).toBe('ab>bc');
    expect(chosen(selectPackage(facts('D'), [...line, draft]))).toBe('current');
    expect(chosen(selectPackage(facts('D'), [...line, draft], { packageId: 'de' }))).toBe('de');
  });

  it('never down in release, unless named and the manifest allows it', () => {
    const down = pkg('da', 'A', 1, { fromVersions: ['D'], allowDowngrade: true });
    expect(chosen(selectPackage(facts('D'), [...line, down]))).toBe('current');
    expect(chosen(selectPackage(facts('D'), [...line, down], { packageId: 'da' }))).toBe('da');
    const barred = { ...down, allowDowngrade: false };
    expect(selectPackage(facts('D'), [...line, barred], { packageId: 'da' }).why).toContain('not above');
  });

  it('packages that ended badly are held, with the reason', () => {
    const selection = selectPackage(facts('A'), line, { held: new Map([['ab', 'ended failed']]) });
    expect(chosen(selection)).toBe('none');
    expect(selection.rejected[0]).toMatchObject({ packageId: 'ab', reason: 'ended failed' });
  });

  it('an unpublished package is never offered, and each rejection is explained', () => {
    const selection = selectPackage(facts('A'), [pkg('p', 'B', 2, { published: false })]);
    expect(selection.rejected[0]?.reason).toBe('not published');
  });

  it('cycles among packages end', () => {
    const cycle = [
      pkg('ab', 'B', 1, { fromVersions: ['A'] }),
      pkg('ba', 'A', 1, { fromVersions: ['B'] }),
      pkg('xz', 'Z', 9, { fromVersions: ['X'] }),
    ];
    expect(['ab', 'none', 'current']).toContain(chosen(selectPackage(facts('A'), cycle)));
  });
});
