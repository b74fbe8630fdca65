import type { ApiTimelineEntry } from '@fumarole/server/api';
import { expect, it } from 'vitest';
import { withoutRoutine } from './sessions.ts';

const entry = (sequence: number, kind: string): ApiTimelineEntry => ({
  sequence,
  at: '',
  kind,
  text: `${kind} ${sequence}`,
});

it('tells contacts without news as one line, and everything else as it is', () => {
  const kinds = ['contact', 'update', 'contact', 'contact', 'contact', 'alert', 'contact', 'contact'];
  expect(withoutRoutine(kinds.map((kind, i) => entry(i, kind))).map(({ text }) => text)).toEqual([
    'contact 0',
    'update 1',
    'contact 4, after 2 contacts without news',
    'alert 5',
    'contact 7, after 1 contact without news',
  ]);
});
