import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { add, atomic, copy, exec, get, remove, replace, sequence, type Unnumbered } from '../../messages.ts';
import { textOf } from '../../reading.ts';
import type { Answers } from '../answers.ts';
import type { ClientPeer } from '../client-peer.ts';
import { known } from './sessions.ts';

type ClientCheck = Check<ClientPeer>;
type Rule = (answers: Answers, client: ClientPeer) => void;

/** Commands in one message of a session, and what must come of them. */
function ask(
  id: string,
  requirements: readonly string[],
  title: string,
  commands: readonly Unnumbered[],
  rule: Rule,
): ClientCheck {
  return {
    id,
    requirements,
    title,
    run: async (client) => {
      const session = await known(client);
      const answers = await session.ask(commands);
      rule(answers, client);
      session.end();
    },
  };
}

/** Every command of the message is answered with one of these codes. */
function refused(
  id: string,
  requirements: readonly string[],
  title: string,
  commands: readonly Unnumbered[],
  ...allowed: readonly number[]
): ClientCheck {
  return ask(id, requirements, title, commands, (answers) => {
    for (const [n, code] of answers.codes().entries()) {
      const command = commands[n];
      const uri = command !== undefined && 'items' in command ? (command.items[0]?.Target?.LocURI ?? '') : '';
      must(
        code !== undefined && allowed.includes(code),
        `${command?.kind} ${uri.slice(0, 60)} is answered ${code}`,
      );
    }
  });
}

const DEV_DETAIL = [
  'DevTyp',
  'OEM',
  'FwV',
  'SwV',
  'HwV',
  'LrgObj',
  'URI/MaxDepth',
  'URI/MaxTotLen',
  'URI/MaxSegLen',
];

const children = ask(
  'get-interior',
  ['P-031', 'T-040'],
  'Get of an interior node: its children, joined by /, with Format node',
  [get('./DevInfo')],
  (answers) => {
    const [item] = answers.items();
    must(answers.code() === 200 && item !== undefined, `it is answered ${answers.code()}`);
    must(item.Meta?.Format?.toLowerCase() === 'node', `Format ${item.Meta?.Format}`);
    const names = textOf(item.Data).split('/');
    for (const name of ['DevId', 'Man', 'Mod', 'DmV', 'Lang'])
      must(names.includes(name), `no ${name}: ${names.join('/')}`);
  },
);

const leaf = ask(
  'get-leaf',
  ['T-001', 'T-051'],
  'Get of a leaf: its value; Results name the URI as it was asked for',
  [get('./DevInfo/Man'), get('DevInfo/Man')],
  (answers) => {
    must(answers.code(0) === 200, `./DevInfo/Man is answered ${answers.code(0)}`);
    must(
      answers.items(0)[0]?.Source?.LocURI === './DevInfo/Man',
      `Results of ${answers.items(0)[0]?.Source?.LocURI}`,
    );
    must(answers.code(1) === 200, `DevInfo/Man is answered ${answers.code(1)}`);
    must(
      answers.items(1)[0]?.Source?.LocURI === 'DevInfo/Man',
      `Results of ${answers.items(1)[0]?.Source?.LocURI}`,
    );
    must(answers.text(0) === answers.text(1) && answers.text(0) !== '', 'the values differ');
  },
);

const devDetail = ask(
  'dev-detail',
  ['S-010', 'S-011'],
  'The mandatory nodes of DevDetail can be read',
  [get('./DevDetail'), ...DEV_DETAIL.map((name) => get(`./DevDetail/${name}`))],
  (answers) => {
    for (const [n, name] of DEV_DETAIL.entries())
      must(answers.code(n + 1) === 200, `${name} is answered ${answers.code(n + 1)}`);
    for (const name of DEV_DETAIL.slice(6)) {
      const value = answers.text(DEV_DETAIL.indexOf(name) + 1) ?? '';
      must(/^\d{1,5}$/.test(value) && Number(value) <= 0xffff, `${name} is ${value}`);
    }
    const listed = (answers.text(0) ?? '').split('/');
    for (const name of [...DEV_DETAIL.slice(0, 6), 'URI'])
      must(listed.includes(name), `${name} is not listed`);
  },
);

const properties = ask(
  'properties',
  ['T-010'],
  'ACL, Format, Name and Type can be read on leaf and interior node',
  ['./DevInfo/Man', './DevInfo'].flatMap((uri) =>
    ['ACL', 'Format', 'Name', 'Type'].map((name) => get(`${uri}?prop=${name}`)),
  ),
  (answers) => {
    for (const [n, code] of answers.codes().entries())
      must(code === 200, `property ${n + 1} is answered ${code}`);
    must(
      answers.text(1) === 'chr' && answers.text(5) === 'node',
      `Format ${answers.text(1)} and ${answers.text(5)}`,
    );
    must(
      answers.text(2) === 'Man' && answers.text(6) === 'DevInfo',
      `Name ${answers.text(2)} and ${answers.text(6)}`,
    );
  },
);

const lists: ClientCheck = {
  id: 'lists',
  requirements: ['T-080', 'T-081'],
  title:
    '?list=Struct and ?list=StructData tell the nodes below, parents first, leaves with and without values; or 406',
  run: async (client) => {
    const session = await known(client);
    const answers = await session.ask([get('./DevInfo?list=Struct'), get('./DevInfo?list=StructData')]);
    const codes = answers.codes();
    must(
      codes.every((code) => code === 200 || code === 406),
      `they are answered ${codes.join(', ')}`,
    );
    need(codes[0] === 200, 'the client has no ?list=Struct');
    const [nodes, values] = [answers.items(0), answers.items(1)];
    must(/DevInfo$/.test(nodes[0]?.Source?.LocURI ?? ''), `the first node is ${nodes[0]?.Source?.LocURI}`);
    must(
      nodes.some(({ Source }) => Source?.LocURI.endsWith('/Man')),
      'Man is not listed',
    );
    must(
      nodes.every(({ Data }) => Data === undefined || Data === ''),
      'Struct has values',
    );
    if (codes[1] === 200)
      must(
        values.some(({ Source, Data }) => Source?.LocURI.endsWith('/Man') && textOf(Data) !== ''),
        'StructData has no values',
      );
    session.end();
  },
};

const tnds = ask(
  'list-tnds',
  ['T-082', 'T-090'],
  '?list=TNDS gives the subtree as one document, or 406',
  [get('./DevInfo?list=TNDS')],
  (answers) => {
    const code = answers.code();
    must(code === 200 || code === 406, `it is answered ${code}`);
    need(code === 200, 'the client has no TNDS');
    const [item] = answers.items();
    must(/dmtnds\+(xml|wbxml)/.test(item?.Meta?.Type ?? ''), `Type ${item?.Meta?.Type}`);
  },
);

const mixed = ask(
  'several-items',
  ['P-032', 'T-049'],
  'Items of one command with different outcomes each get a Status with their TargetRef',
  [get('./DevInfo/Man', './DevInfo/NoSuchNode')],
  (answers) => {
    const given = answers.statuses();
    must(given.length === 2, `${given.length} Statuses for two Items`);
    const of = (uri: string): number | undefined =>
      given.find(({ TargetRef }) => TargetRef.includes(uri))?.Data;
    must(of('./DevInfo/Man') === 200, `./DevInfo/Man is answered ${of('./DevInfo/Man')}`);
    must(
      of('./DevInfo/NoSuchNode') === 404,
      `./DevInfo/NoSuchNode is answered ${of('./DevInfo/NoSuchNode')}`,
    );
  },
);

const inOrder = ask(
  'sequence',
  ['P-034', 'T-064', 'P-006'],
  'A Sequence is answered 200 and its children in order, one that fails not stopping the rest',
  [sequence(get('./DevInfo/Man'), get('./DevInfo/NoSuchNode'), get('./DevInfo/Mod'))],
  (answers) => {
    need(![406, 501].includes(answers.code(0) ?? 0), 'the client has no Sequence');
    must(answers.codes().join(' ') === '200 200 404 200', `they are answered ${answers.codes().join(', ')}`);
  },
);

const getInAtomic = ask(
  'atomic-get',
  ['P-036', 'T-061'],
  'A Get inside Atomic, and an Atomic inside Atomic, are answered 500 and fail it: 507',
  [atomic(get('./DevInfo/Man')), atomic(atomic(replace('./DevInfo/Man', 'x')))],
  (answers) => {
    need(![406, 501].includes(answers.code(0) ?? 0), 'the client has no Atomic');
    must(
      answers.code(0) === 507 && answers.code(1) === 500,
      `Get: ${answers.codes().slice(0, 2).join(', ')}`,
    );
    must(
      answers.code(2) === 507 && answers.code(3) === 500,
      `Atomic: ${answers.codes().slice(2).join(', ')}`,
    );
  },
);

export const TREE: CheckGroup<ClientPeer> = {
  id: 'tree',
  title: 'The management tree',
  checks: [
    leaf,
    children,
    devDetail,
    properties,
    lists,
    tnds,
    mixed,
    inOrder,
    getInAtomic,
    refused(
      'get-missing',
      ['P-030'],
      'Get of a node that is not there: 404',
      [get('./DevInfo/NoSuchNode'), get('./NoSuchNode/x')],
      404,
    ),
    refused(
      'uri-malformed',
      ['T-002', 'T-003'],
      'Malformed URIs: 404 (or 400, 500)',
      [get('./'), get('./DevInfo/'), get('./DevInfo/../DevInfo'), get('./DevInfo/%zz')],
      400,
      404,
      500,
    ),
    refused(
      'property-unknown',
      ['T-012'],
      'Unknown properties and lists: 406',
      [get('./DevInfo/Man?prop=NoSuch'), get('./DevInfo?list=NoSuch')],
      406,
    ),
    refused(
      'property-read-only',
      ['T-012'],
      'Replace of Format, Type and of other fixed properties: 405',
      [replace('./DevInfo/Man?prop=Format', 'int'), replace('./DevInfo/Man?prop=Type', 'a/b')],
      405,
      406,
      425,
    ),
    refused(
      'add-existing',
      ['P-030', 'T-041'],
      'Add of a node that is there: 418',
      [add('./DevInfo/Man', 'x')],
      418,
    ),
    refused(
      'replace-missing',
      ['P-030', 'T-042'],
      'Replace of a node that is not there: 404, and nothing is made',
      [replace('./DevInfo/NoSuchNode', 'x'), get('./DevInfo/NoSuchNode')],
      404,
    ),
    refused(
      'replace-interior',
      ['T-042'],
      'Replace of an interior node by a value: 405 (or 425)',
      [replace('./DevInfo', 'x')],
      405,
      425,
    ),
    refused(
      'delete-permanent',
      ['P-030', 'T-044', 'S-008'],
      'Delete of the root and of permanent nodes: 405',
      [remove('.'), remove('./DevInfo'), remove('./DevInfo/Man')],
      405,
    ),
    refused(
      'dev-info-fixed',
      ['S-008', 'P-033'],
      'Replace of DevInfo: 425 without the right, else 405',
      [replace('./DevInfo/DevId', 'x'), replace('./DevInfo/Lang', 'x')],
      405,
      425,
    ),
    refused(
      'exec-leaf',
      ['T-045'],
      'Exec of a node that cannot be executed: 405 (425, 406 where Exec is unknown); of none: 404',
      [exec('./DevInfo/Man')],
      405,
      406,
      425,
    ),
    refused(
      'exec-missing',
      ['T-045'],
      'Exec of a node that is not there: 404',
      [exec('./NoSuchNode')],
      404,
      406,
    ),
    refused(
      'copy-interior',
      ['T-046'],
      'Copy of an interior node: 403 (406 or 501 where Copy is unknown)',
      [copy('./DevInfo', './DevDetail')],
      403,
      405,
      406,
      425,
      501,
    ),
    refused(
      'inbox',
      ['S-040', 'T-089'],
      'Get on ./Inbox: 405 (404 where there is none)',
      [get('./Inbox'), get('./Inbox/x')],
      404,
      405,
    ),
    refused(
      'acl-of-strangers',
      ['P-033', 'T-073'],
      'Without the right the ACL of the root is not replaced: 425 (or 405)',
      [replace('.?prop=ACL', 'Add=*&Get=*&Delete=*&Replace=*&Exec=*')],
      405,
      425,
    ),
  ],
};
