import type { Fault } from './fault.ts';

const OBJECT = 'packages/fumo/src/object';
const descriptor = [`${OBJECT}/descriptor.test.ts`];
const codes = [`${OBJECT}/dlota.test.ts`];
const results = [`${OBJECT}/result-code.test.ts`];

/** Download descriptors, reports and result codes. */
export const OBJECTS: readonly Fault[] = [
  {
    id: 'descriptor-of-another-namespace',
    file: `${OBJECT}/descriptor.ts`,
    find: "export const DESCRIPTOR_NAMESPACE = 'http://www.openmobilealliance.org/xmlns/dd';",
    replace: "export const DESCRIPTOR_NAMESPACE = 'http://www.openmobilealliance.org/xmlns/DD';",
    breaks: ['D-001'],
    tests: descriptor,
  },
  {
    id: 'descriptor-with-doctype',
    file: `${OBJECT}/descriptor.ts`,
    find: "doctype: 'refuse'",
    replace: "doctype: 'skip'",
    breaks: ['D-018'],
    tests: descriptor,
  },
  {
    id: 'descriptor-forgets-where-to-report',
    file: `${OBJECT}/descriptor.ts`,
    find: 'const notify = findNotifyURI(source);',
    replace: "const notify = findNotifyURI('');",
    breaks: ['D-011'],
    tests: descriptor,
  },
  {
    id: 'descriptor-types-backwards',
    file: `${OBJECT}/descriptor.ts`,
    find: 'type.push(text);',
    replace: 'type.unshift(text);',
    breaks: ['D-015'],
    tests: descriptor,
  },
  {
    id: 'report-without-blank',
    file: `${OBJECT}/dlota.ts`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    find: "return `${code} ${BY_CODE.get(code)?.text ?? ''}`;",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    replace: "return `${code}${BY_CODE.get(code)?.text ?? ''}`;",
    breaks: ['D-039'],
    tests: codes,
  },
  {
    id: 'loss-of-service-has-one-code',
    file: `${OBJECT}/dlota.ts`,
    find: "return cause === 'time-out' ? 407 : 412;",
    replace: 'return 503;',
    breaks: ['D-073'],
    tests: codes,
  },
  {
    id: 'memory-is-a-network-matter',
    file: `${OBJECT}/dlota.ts`,
    find: '[501, 901],',
    replace: '[501, 903],',
    breaks: ['D-074'],
    tests: codes,
  },
  {
    id: 'unlisted-codes-succeed',
    file: `${OBJECT}/result-code.ts`,
    find: 'switch (Math.floor(code / 100)) {',
    replace: 'switch (Math.floor(code / 100) === 5 ? 2 : Math.floor(code / 100)) {',
    breaks: ['F-112'],
    tests: results,
  },
  {
    id: 'report-codes-unread',
    file: `${OBJECT}/result-code.ts`,
    find: 'if (code >= 900 && code <= 999) {',
    replace: 'if (code >= 990 && code <= 999) {',
    breaks: ['D-075'],
    tests: results,
  },
];
