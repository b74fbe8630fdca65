import type { ServerCommand, ServerEvent } from '@fumarole/dm/server';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluateDue } from './due.ts';
import { MAX_RECORD } from './limits.ts';
import {
  Bench,
  fumoScript,
  MOI,
  ROOT,
  requestAlert,
  resultAlert,
  somePackage,
} from './scripted-device.fixture.ts';
import type { Attempt } from './update.ts';

const CHILDREN = ['Download', 'Update', 'Update/PkgData', 'DownloadAndUpdate', 'PkgVersion', 'PkgName'];
const STATES = ['10', '20', '30', '40', '50', '60', '70', '80', '90', '100', '130', ''];

/** One thing that the world does: a session with some surprise in it, or time passing. */
type Move =
  | {
      readonly kind: 'session';
      readonly state: string;
      readonly version: string;
      readonly cut: number;
      readonly status: number;
      readonly alert: number;
    }
  | { readonly kind: 'time'; readonly ms: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('session' as const),
      state: fc.constantFrom(...STATES),
      version: fc.constantFrom('1.0.0', '1.1.0', '2.0.0', '9'),
      cut: fc.integer({ min: 0, max: 12 }),
      status: fc.constantFrom(200, 200, 200, 202, 0, 403, 404, 405, 406, 425, 420, 500, 215, 213),
      alert: fc.constantFrom(0, 0, 200, 255, 401, 402, 404, 410, 501, 503, 952),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      ms: fc.integer({ min: 1, max: 200_000_000 }),
    }),
  },
);

/** What the planner knows of State when it speaks. */
const stateKnown = (bench: Bench): string | undefined => bench.device.nodes[`${ROOT}/State`]?.value;

function watch(bench: Bench, commands: readonly ServerCommand[], executed: Set<string>): void {
  for (const command of commands) {
    if (command.kind !== 'exec') continue;
    // A new operation never goes to a busy device (fumo.md §4.3), and an attempt is executed once (F-072, F-074).
    expect(['30', '40', '60']).not.toContain(stateKnown(bench));
    expect(executed.has(command.correlator ?? '')).toBe(false);
    executed.add(command.correlator ?? '');
    const attempt = bench.device.update?.attempts.at(-1);
    expect(attempt).toMatchObject({ correlator: command.correlator, state: 'sent' });
  }
}

function surprise(bench: Bench, alert: number, attempt: Attempt | undefined): readonly ServerEvent[] {
  if (alert === 0) return [];
  if (alert === 255) return [requestAlert('userrequest')];
  const operation =
    attempt?.kind === 'download-and-update'
      ? 'downloadandupdate'
      : attempt?.kind === 'download'
        ? 'download'
        : 'update';
  const correlator = attempt === undefined ? {} : { correlator: attempt.correlator };
  return [resultAlert(operation, String(alert), bench.now % 2 === 0 ? correlator : {})];
}

function play(children: readonly string[], moves: readonly Move[]): void {
  const via = somePackage({ id: 'b'.repeat(64), version: '2.0.0', release: 3, fromVersions: ['1.1.0'] });
  const listed = [
    ...new Set(children.flatMap((child) => (child.includes('/') ? ['Update', child] : [child]))),
  ];
  const bench = new Bench(fumoScript(listed, { status: {} }), [somePackage(), via], { retryBaseMs: 1000 });
  const executed = new Set<string>();
  for (const step of moves) {
    if (step.kind === 'time') {
      bench.now += step.ms;
      bench.device = evaluateDue(bench.device, bench.ctx).device;
      continue;
    }
    bench.nodes[`${ROOT}/State`] = step.state;
    bench.nodes['./DevDetail/FwV'] = step.version;
    watch(
      bench,
      bench.open(surprise(bench, step.alert, bench.device.update?.attempts.at(-1))).commands,
      executed,
    );
    let rounds = 0;
    while ((bench.last?.commands.length ?? 0) > 0 && rounds < step.cut * 8) {
      rounds += 1;
      const odd = step.cut === rounds ? step.status : 200;
      const answers = bench
        .answers()
        .map(
          (event): ServerEvent => (event.kind === 'status' && odd !== 200 ? { ...event, code: odd } : event),
        );
      watch(bench, bench.round(answers).commands, executed);
    }
    // Every session comes to an end by itself.
    if (step.cut > 3) expect(bench.last?.commands ?? []).toEqual([]);
    expect(JSON.stringify(bench.device).length).toBeLessThanOrEqual(MAX_RECORD);
  }
}

it('F-070 F-072 F-074: no Exec while State is 30, 40 or 60, never two for one attempt, every session ends', () => {
  fc.assert(
    fc.property(fc.subarray(CHILDREN), fc.array(move, { maxLength: 14 }), (children, moves) => {
      play(children, moves);
    }),
    { numRuns: 400 },
  );
});

it('whatever a device says about its tree, the record stays within its bound and the session ends', () => {
  const text = fc.string({ maxLength: 300 });
  const item = fc.record({
    uri: fc.oneof(text, fc.constantFrom(ROOT, `${ROOT}/State`, './FUMO/Download')),
    type: fc.oneof(text, fc.constant(MOI)),
  });
  fc.assert(
    fc.property(
      fc.array(item, { maxLength: 40 }),
      fc.dictionary(text, text, { maxKeys: 30 }),
      (list, nodes) => {
        const bench = new Bench({ nodes, list, interior: Object.keys(nodes) }, [
          somePackage({ fromVersions: [] }),
        ]);
        for (let session = 0; session < 3; session += 1) {
          bench.session();
          expect(bench.last?.commands).toEqual([]);
        }
        expect(JSON.stringify(bench.device).length).toBeLessThanOrEqual(MAX_RECORD);
      },
    ),
    { numRuns: 200 },
  );
});
