import type { Fault } from './fault.ts';

const SESSION = 'packages/dm/src/session';
const tests = [`${SESSION}/large-object.test.ts`];

/** Objects in pieces, both ways. */
export const LARGE_OBJECTS: readonly Fault[] = [
  {
    id: 'size-in-every-piece',
    file: `${SESSION}/server-object.ts`,
    find: 'Meta: offset === 0 ? { ...meta, Size: carriedSizeOf(source) } : meta,',
    replace: 'Meta: { ...meta, Size: carriedSizeOf(source) },',
    breaks: ['P-060'],
    tests,
  },
  {
    id: 'short-object-taken',
    file: `${SESSION}/chunk.ts`,
    find: 'if (last ? !whole :',
    replace: 'if (last ? false && !whole :',
    breaks: ['P-062'],
    tests,
  },
];
