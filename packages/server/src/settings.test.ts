import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PLANNER_CONFIG } from '@fumarole/fumo/server';
import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/server-guide.md'), 'utf8');

describe('a settings file', () => {
  it('may hold any of the planner’s waits, as they are by default', () => {
    expect(readSettings({ planner: DEFAULT_PLANNER_CONFIG }).planner).toEqual(DEFAULT_PLANNER_CONFIG);
    expect(readSettings({})).toEqual({});
  });

  it('is what the server guide shows: every setting, with its default', () => {
    const example = /```json\n(\{\n {2}"planner"[\s\S]+?)\n```/.exec(guide)?.[1] ?? '';
    const { planner, ...others } = readSettings(JSON.parse(example));
    expect(planner).toEqual(DEFAULT_PLANNER_CONFIG);
    expect(Object.keys(others).sort()).toEqual([
      'bodyTimeoutMs',
      'dueIntervalMs',
      'maxConcurrentMessages',
      'sessionIdleMs',
      'stopGraceMs',
      'traces',
      'wake',
    ]);
  });

  it.each([
    ['settings', []],
    ['settings', { retry: 1 }],
    ['planner', { planner: { retryBase: 1 } }],
    ['planner', { planner: 5 }],
    ['planner.silentMs', { planner: { silentMs: '14d' } }],
    ['planner.upToDateTexts', { planner: { upToDateTexts: 1 } }],
    ['planner.upToDateTexts', { planner: { upToDateTexts: { de: 'ja' } } }],
    ['planner.upToDateTexts', { planner: { upToDateTexts: { default: 'yes', de: 1 } } }],
    ['wake', { wake: { repeat: [] } }],
    ['wake.repeatMs', { wake: { repeatMs: 5 } }],
    ['wake.resyncMs', { wake: { resyncMs: Array.from({ length: 11 }, () => 1) } }],
    ['traces', { traces: [] }],
    ['dueIntervalMs', { dueIntervalMs: 0 }],
  ])('names what cannot be: %s', (option, value) => {
    expect(() => readSettings(value)).toThrow(expect.objectContaining({ code: 'bad-option', option }));
  });
});
