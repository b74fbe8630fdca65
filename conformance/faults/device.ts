import type { Fault } from './fault.ts';

const FUMO = 'packages/fumo/src/device';
const fumoTests = [`${FUMO}/device.test.ts`];

/** The device's tree and its firmware update object. */
export const DEVICE: readonly Fault[] = [
  {
    id: 'acl-ignored',
    file: 'packages/dm/src/tree/rights.ts',
    find: 'return grants(effectiveAcl(tree, path), command, serverId);',
    replace: "return grants(effectiveAcl(tree, path), command, serverId) || serverId !== '';",
    breaks: ['T-073', 'P-033'],
    tests: ['packages/dm/src/tree/rights.test.ts'],
  },
  {
    id: 'exec-without-url',
    file: `${FUMO}/admit.ts`,
    find: "(request.url ?? '').trim() === ''",
    replace: 'false',
    breaks: ['F-065'],
    tests: fumoTests,
  },
  {
    id: 'result-from-the-operation-node',
    file: `${FUMO}/final-alert.ts`,
    find: 'source: report.root,',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    replace: 'source: `${report.root}/Update`,',
    breaks: ['F-078'],
    tests: fumoTests,
  },
  {
    id: 'result-without-correlator',
    file: `${FUMO}/final-alert.ts`,
    find: '...(report.correlator === undefined ? {} : { correlator: report.correlator }),',
    replace: '',
    breaks: ['F-076'],
    tests: fumoTests,
  },
  {
    id: 'failure-marked-harmless',
    file: `${FUMO}/final-alert.ts`,
    find: "'critical'",
    replace: "'informational'",
    breaks: ['F-082'],
    tests: fumoTests,
  },
];
