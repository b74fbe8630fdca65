import { readFileSync } from 'node:fs';
import { type CheckGroup, CLIENT_CHECKS, SERVER_CHECKS } from '@fumarole/conform';
import { describe, expect, it } from 'vitest';
import { FAULTS } from './faults/all-faults.ts';
import { VISIBLE_FAULTS } from './own-peers/visible-faults.ts';

const requirements: readonly { id: string }[] = JSON.parse(
  readFileSync(new URL('requirements.json', import.meta.url), 'utf8'),
);
const known = new Set(requirements.map(({ id }) => id));
const checksOf: Readonly<Record<'server' | 'client', readonly CheckGroup<never>[]>> = {
  server: SERVER_CHECKS,
  client: CLIENT_CHECKS,
};

describe.each(['server', 'client'] as const)('the checks of a %s', (side) => {
  const checks = checksOf[side].flatMap((group) => group.checks);

  it('have names of their own, and requirements that exist', () => {
    const names = [...checksOf[side].map(({ id }) => id), ...checks.map(({ id }) => id)];
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(checks.flatMap((check) => check.requirements.filter((id) => !known.has(id)))).toEqual([]);
    expect(checks.filter((check) => check.requirements.length === 0)).toEqual([]);
  });

  it('are those that the visible faults name', () => {
    const ids = new Set(checks.map(({ id }) => id));
    const own = VISIBLE_FAULTS.filter((visible) => visible.side === side);
    expect(own.flatMap((visible) => visible.checks.filter((id) => !ids.has(id)))).toEqual([]);
    expect(own.filter(({ fault }) => FAULTS.every(({ id }) => id !== fault))).toEqual([]);
  });
});
