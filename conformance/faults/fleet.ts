import type { Fault } from './fault.ts';

const FUMO = 'packages/fumo/src/server';
const select = [`${FUMO}/select-package.test.ts`];
const delivery = [`${FUMO}/choose-delivery.test.ts`];
const truth = [`${FUMO}/truth.test.ts`];

/** What the server decides: package, delivery, truth. */
export const FLEET: readonly Fault[] = [
  {
    id: 'letter-case-of-models-counts',
    file: `${FUMO}/select-package.ts`,
    find: 'constraint.trim().toLowerCase() === value.toLowerCase();',
    replace: 'constraint === value;',
    breaks: ['S-050'],
    tests: select,
  },
  {
    id: 'hardware-ignored',
    file: `${FUMO}/select-package.ts`,
    find: 'if (pkg.hardware.length > 0 && facts.hardware.known) {',
    replace: 'if (pkg.hardware.length < 0 && facts.hardware.known) {',
    breaks: ['S-051'],
    tests: select,
  },
  {
    id: 'version-always-asked-for',
    file: `${FUMO}/select-package.ts`,
    find: '!facts.version.known && (fitting.length > 1 ||',
    replace: '!facts.version.known && (fitting.length > 0 ||',
    breaks: ['F-008'],
    tests: select,
  },
  {
    id: 'version-never-asked-for',
    file: `${FUMO}/select-package.ts`,
    find: '...(version ? (facts.versionUris ?? [FIRMWARE_VERSION]) : []),',
    replace: '',
    breaks: ['F-009'],
    tests: select,
  },
  {
    id: 'direct-url-for-everybody',
    file: `${FUMO}/choose-delivery.ts`,
    find: "return descriptor === 'only' || via === 'descriptor'",
    replace: "return via === 'descriptor'",
    breaks: ['D-029', 'I-029'],
    tests: delivery,
  },
  {
    id: 'any-state-holds-a-package',
    file: `${FUMO}/choose-delivery.ts`,
    find: 'if (state !== 50) {',
    replace: 'if (state === undefined) {',
    breaks: ['F-016'],
    tests: delivery,
  },
  {
    id: 'max-obj-size-ignored',
    file: `${FUMO}/choose-delivery.ts`,
    find: 'if (limit !== undefined && octets > limit) {',
    replace: 'if (limit !== undefined && limit < 0) {',
    breaks: ['F-122', 'S-054'],
    tests: delivery,
  },
  {
    id: 'base64-counts-as-octets',
    file: `${FUMO}/choose-delivery.ts`,
    find: "device.session?.encoding === 'xml' ? Math.ceil(size / 3) * 4 : size;",
    replace: 'size;',
    breaks: ['S-013'],
    tests: delivery,
  },
  {
    id: 'chunks-without-lrgobj',
    file: `${FUMO}/choose-delivery.ts`,
    find: 'if (!takesLargeObjects(device)) {',
    replace: 'if (!wire.chunks) {',
    breaks: ['F-122'],
    tests: delivery,
  },
  {
    id: 'old-version-is-success',
    file: `${FUMO}/verify.ts`,
    find: 'if (version === update.toVersion && version !== undefined && later) {',
    replace: 'if (version !== undefined && later) {',
    breaks: ['F-129', 'S-052'],
    tests: truth,
  },
  {
    id: 'unverified-for-ever',
    file: `${FUMO}/verify.ts`,
    find: '(update.unverifiedContacts > config.maxUnverifiedContacts || now - update.stateAt > config.unverifiedMs)',
    replace: 'now < config.maxUnverifiedContacts',
    breaks: ['F-129'],
    tests: truth,
  },
];
