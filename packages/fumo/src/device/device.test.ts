import { describe, expect, it } from 'vitest';
import { FUMO_STATES, FumoState } from '../object/index.ts';
import {
  type AgentFacts,
  admitChange,
  admitOperation,
  admitPackage,
  applyFact,
  applyFacts,
  cleanUp,
  type Fact,
  finalAlert,
  NO_FACTS,
  type Operation,
  recover,
  requestAlert,
  stateOf,
  TRANSITIONS,
} from './index.ts';

const X = './FwUpdate/X';
const held = { file: 'p', size: 3, via: 'pkgdata' } as const;
const operation = (more: Partial<Operation>): Operation => ({
  id: 1,
  kind: 'update',
  serverId: 's',
  startedBy: 'server',
  acceptedAt: 0,
  step: 'updating',
  restarts: 0,
  ...more,
});
const root = (facts: AgentFacts['roots'][string]): AgentFacts => ({ ...NO_FACTS, roots: { [X]: facts } });

/** Facts that put a root into each state. */
const IN: Readonly<Record<FumoState, AgentFacts>> = {
  10: NO_FACTS,
  20: root({ outcome: 'download-failed' }),
  30: root({ operation: operation({ kind: 'download', step: 'downloading' }) }),
  40: root({ held, operation: operation({ kind: 'download', step: 'downloaded' }) }),
  50: root({ held }),
  60: root({ held, operation: operation({}) }),
  70: root({ held, outcome: 'update-failed' }),
  80: root({ outcome: 'update-failed' }),
  90: root({ held, outcome: 'update-succeeded' }),
  100: root({ outcome: 'update-succeeded' }),
};
const ALL = FUMO_STATES.map(({ value }) => value);

/** States passed through while the facts are applied one by one. */
function path(from: AgentFacts, facts: readonly Fact[]): readonly number[] {
  let now = from;
  return facts.flatMap((fact) => {
    const before = stateOf(now.roots[X]);
    now = applyFact(now, fact);
    const after = stateOf(now.roots[X]);
    return after === before ? [] : [after];
  });
}

const exec = (facts: AgentFacts, kind: Operation['kind'], url = 'https://x/p') =>
  admitOperation(facts, {
    root: X,
    operation: kind,
    url,
    serverId: 's',
    correlator: 'c',
    startedBy: 'server',
    now: 7,
  });

it('F-043: a fresh root is in state 10', () => {
  expect(stateOf(undefined)).toBe(FumoState.idle);
});

describe.each(ALL)('in state %i the facts follow the row of the table', (state) => {
  const rows = TRANSITIONS[state];
  it.each([
    ['exec-download', 'download'],
    ['exec-update', 'update'],
    ['exec-download-and-update', 'download-and-update'],
  ] as const)('%s', (event, kind) => {
    const admission = exec(IN[state], kind);
    expect(stateOf(IN[state].roots[X])).toBe(state);
    expect(admission.status).toBe(rows[event]?.status);
    expect(path(IN[state], admission.facts)).toEqual(rows[event]?.path);
  });

  it('PkgData, whole and empty, and PkgURL', () => {
    const whole = admitPackage(IN[state], X, held);
    expect(whole.status).toBe(rows['pkgdata-committed']?.status);
    expect(path(IN[state], whole.facts)).toEqual(rows['pkgdata-committed']?.path);
    const empty = admitPackage(IN[state], X, undefined);
    expect(empty.status).toBe(rows['pkgdata-emptied']?.status);
    expect(path(IN[state], empty.facts)).toEqual(rows['pkgdata-emptied']?.path);
    expect(admitChange(IN[state], X).status).toBe(rows['pkgurl-replaced']?.status);
  });
});

describe('what a state admits', () => {
  it.each([20, 70, 80, 90, 100] as const)('F-055: a new download from %i', (state) => {
    const { status, facts } = exec(IN[state], 'download');
    expect([status, path(IN[state], facts).at(-1)]).toEqual([202, 30]);
  });

  it.each([30, 40, 60] as const)('F-070: a second Exec in %i is 405, and the first goes on', (state) => {
    for (const kind of ['download', 'update', 'download-and-update'] as const)
      expect(exec(IN[state], kind)).toMatchObject({ status: 405, facts: [] });
  });

  it.each([30, 40, 60] as const)('F-136: package and URL stay as they are in %i: 403', (state) => {
    expect(admitPackage(IN[state], X, held)).toMatchObject({ status: 403, facts: [] });
    expect(admitPackage(IN[state], X, undefined)).toMatchObject({ status: 403, facts: [] });
    expect(admitChange(IN[state], X).status).toBe(403);
  });
});

describe('the agent’s own steps', () => {
  it.each<[string, FumoState, readonly Fact[], readonly number[]]>([
    [
      'F-044: stored, checked',
      30,
      [
        { kind: 'downloaded', root: X, held },
        { kind: 'checked', root: X },
      ],
      [40, 50],
    ],
    ['F-048: download failed', 30, [{ kind: 'finished', root: X, code: 503, at: 0 }], [20]],
    ['F-059: user cancel', 30, [{ kind: 'finished', root: X, code: 401, at: 0 }], [20]],
    ['F-051: success', 60, [{ kind: 'finished', root: X, code: 200, at: 0 }], [90]],
    ['F-050: failure', 60, [{ kind: 'finished', root: X, code: 410, at: 0 }], [70]],
    ['F-060: refusal', 60, [{ kind: 'finished', root: X, code: 401, at: 0 }], [50]],
  ])('%s', (_, from, facts, states) => {
    expect(path(IN[from], facts)).toEqual(states);
  });

  it('F-045: a DownloadAndUpdate passes 30, 40, 50, 60, 90', () => {
    const { facts } = exec(NO_FACTS, 'download-and-update');
    const rest: readonly Fact[] = [
      { kind: 'downloaded', root: X, held },
      { kind: 'checked', root: X },
      { kind: 'updating', root: X },
      { kind: 'finished', root: X, code: 200, at: 0 },
    ];
    expect(path(NO_FACTS, [...facts, ...rest])).toEqual([30, 40, 50, 60, 90]);
  });

  it('F-052: clean-up goes 20→10, 70→80, 90→100, and further only when told to forget', () => {
    const paths = (policy: 'drop' | 'idle') =>
      ALL.map((state) => [state, ...path(IN[state], cleanUp(IN[state], X, policy))]);
    expect(paths('drop').filter(({ length }) => length > 1)).toEqual([
      [70, 80],
      [90, 100],
    ]);
    expect(paths('idle').filter(({ length }) => length > 1)).toEqual([
      [20, 10],
      [70, 80, 10],
      [80, 10],
      [90, 100, 10],
      [100, 10],
    ]);
    expect(cleanUp(IN[90], X, 'keep')).toEqual([]);
  });

  it('F-061: every hop of the table is between two of the ten states', () => {
    const known = new Set<number>(ALL);
    const hops = ALL.flatMap((state) => Object.values(TRANSITIONS[state]).flatMap((row) => row?.path ?? []));
    expect(hops.filter((state) => !known.has(state))).toEqual([]);
  });
});

describe('admission', () => {
  it('F-065: an empty URL is 405', () => {
    expect(exec(NO_FACTS, 'download', ' ')).toMatchObject({ status: 405, facts: [] });
  });
  it('F-067: Exec Update without a package is 405', () => {
    expect(exec(NO_FACTS, 'update')).toMatchObject({ status: 405, facts: [] });
  });
  it('F-037: another root downloads meanwhile, but does not update', () => {
    const facts = { ...NO_FACTS, roots: { './Y': { held, operation: operation({}) } } };
    expect(exec(facts, 'download').status).toBe(202);
    expect(exec(facts, 'download-and-update').status).toBe(405);
  });
  it('refuses while a DownloadAndUpdate stands in 50, about to go on', () => {
    const between = root({ held, operation: operation({ kind: 'download-and-update', step: 'checked' }) });
    expect(stateOf(between.roots[X])).toBe(50);
    expect(exec(between, 'update').status).toBe(405);
    expect(admitPackage(between, X, held).status).toBe(403);
  });
});

describe('alerts', () => {
  const finish = (code: number, more: Partial<Operation>) =>
    applyFacts(NO_FACTS, [
      { kind: 'accepted', root: X, operation: operation({ id: 4, ...more }) },
      { kind: 'finished', root: X, code, at: 9 },
    ]);
  const alertOf = (facts: AgentFacts) => facts.owed.map(finalAlert);

  it('F-069 F-076 F-078 F-079 F-081: one alert with Correlator, root, type and bare code', () => {
    expect(alertOf(finish(200, { correlator: 'ä <&>' }))).toEqual([
      {
        key: 'result-4',
        code: 1226,
        correlator: 'ä <&>',
        source: X,
        type: 'org.openmobilealliance.dm.firmwareupdate.update',
        format: 'int',
        mark: 'informational',
        data: '200',
      },
    ]);
  });
  it('F-077: no Correlator without one', () => {
    expect(alertOf(finish(200, {}))[0]).not.toHaveProperty('correlator');
  });
  it('F-080: a failed download within DownloadAndUpdate has that type', () => {
    const [alert] = alertOf(finish(412, { kind: 'download-and-update', step: 'downloading' }));
    expect(alert?.type).toBe('org.openmobilealliance.dm.firmwareupdate.downloadandupdate');
  });
  it('F-082: marks', () => {
    expect([200, 401, 410, 500].map((code) => alertOf(finish(code, {}))[0]?.mark)).toEqual([
      'informational',
      'warning',
      'critical',
      'critical',
    ]);
  });
  it('F-085: owed to the server of the Exec until settled', () => {
    const facts = finish(200, { serverId: 'other' });
    expect(facts.owed).toMatchObject([{ id: 4, serverId: 'other' }]);
    expect(applyFact(facts, { kind: 'alert-settled', id: 4 }).owed).toEqual([]);
  });
  it('F-114 F-115: requests', () => {
    expect(requestAlert('user', undefined, '')).toMatchObject({
      type: expect.stringMatching(/userrequest$/),
      data: '',
    });
    expect(requestAlert('device', X, '')).toMatchObject({
      type: expect.stringMatching(/devicerequest$/),
      source: X,
    });
  });
});

describe('recovery', () => {
  const install = (step: 'verified' | 'written' | 'switching' | 'switched') =>
    ({ step, slot: 'b', sha256: 'new' }) as const;
  const old = { bootedSlot: 'a', bootedSha256: 'old', nextSlot: 'a' };
  const fresh = { bootedSlot: 'b', bootedSha256: 'new', nextSlot: 'b', trialSlot: 'b' };
  const one = (more: Partial<Operation>, observed: Parameters<typeof recover>[1] = old) =>
    recover(root({ held, operation: operation(more) }), observed, 5)[0]?.kind;

  it.each<[string, Partial<Operation>, Parameters<typeof recover>[1], string]>([
    ['F-056: 30 goes on', { kind: 'download', step: 'downloading' }, old, 'download'],
    ['40 is checked', { kind: 'download', step: 'downloaded' }, old, 'check'],
    ['50 of a DownloadAndUpdate installs', { kind: 'download-and-update', step: 'checked' }, old, 'install'],
    ['F-058: accepted, nothing done', {}, old, 'install'],
    ['F-057: verified', { install: install('verified') }, old, 'install'],
    ['F-057: written', { install: install('written') }, old, 'install'],
    ['switching, but the switch did not happen', { install: install('switching') }, old, 'install'],
    [
      'switched and armed, not restarted',
      { install: install('switched') },
      { ...old, nextSlot: 'b', trialSlot: 'b' },
      'reboot',
    ],
    ['the new image runs', { install: install('switched') }, fresh, 'confirm'],
    ['the new image runs, the journal is behind', { install: install('switching') }, fresh, 'confirm'],
    ['rolled back', { install: install('switched') }, { ...old, rolledBackSlot: 'b' }, 'fail'],
    [
      'rolled back, the journal is behind',
      { install: install('switching') },
      { ...old, rolledBackSlot: 'b' },
      'fail',
    ],
    ['too many beginnings', { restarts: 5 }, old, 'fail'],
  ])('%s', (_, more, observed, effect) => {
    expect(one(more, observed)).toBe(effect);
  });

  it('another image in the slot that was meant is not success', () => {
    expect(
      one(
        { install: install('switched') },
        { ...fresh, bootedSha256: 'other', trialSlot: 'b', nextSlot: 'a' },
      ),
    ).toBe('fail');
  });
});
