import { expect, it } from 'vitest';
import { admitOperation, applyFacts, finalAlert, NO_FACTS, recover, stateOf } from './index.ts';

it('the example of the README', () => {
  const root = './FwUpdate/Main';
  const url = 'https://dl.example.net/p/1';
  const exec = { root, url, serverId: 'dm', correlator: 'job-1', startedBy: 'server', now: 0 } as const;
  const admission = admitOperation(NO_FACTS, { ...exec, operation: 'download' });
  expect(admission.status).toBe(202);
  const running = applyFacts(NO_FACTS, admission.facts);
  expect(stateOf(running.roots[root])).toBe(30);
  expect(recover(running, { bootedSlot: 'a', bootedSha256: '', nextSlot: 'a' }, 5)).toEqual([
    { kind: 'download', root },
  ]);
  const ended = applyFacts(running, [{ kind: 'finished', root, code: 412, at: 0 }]);
  expect(ended.owed.map(finalAlert)).toMatchObject([{ correlator: 'job-1', data: '412', source: root }]);
});
