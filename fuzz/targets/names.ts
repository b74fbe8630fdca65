import { formatAcl, formatUri, isNodeName, isServerId, parseAcl, parseUri } from '@fumarole/dm/tree';
import fc from 'fast-check';
import { utf8 } from '../corpus.ts';
import { must, mustEqual } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

const COMMANDS = ['Add', 'Delete', 'Exec', 'Get', 'Replace'] as const;
const ids = fc.array(
  fc.oneof(fc.constant('*'), fc.string({ unit: 'grapheme', maxLength: 20 }).filter(isServerId)),
  { minLength: 1, maxLength: 3 },
);

export const acl: Target = {
  name: 'acl',
  asks: 'access control lists: what is read is written and reads the same',
  seeds: () => ['Add=*&Get=com.example.dm+org.b', 'Replace=a&Replace=b&Exec=*', 'Get='].map(utf8),
  take: (octets) => {
    const found = parseAcl(Buffer.from(octets).toString('utf8'));
    if (found !== undefined) mustEqual(sorted(parseAcl(formatAcl(found))), sorted(found), 'the list');
  },
  models: [
    model('decode(encode(x)) = x', fc.dictionary(fc.constantFrom(...COMMANDS), ids), (entries) => {
      const list = new Map(
        COMMANDS.flatMap((name) =>
          entries[name] === undefined ? [] : [[name, [...new Set(entries[name])]]],
        ),
      );
      mustEqual(parseAcl(formatAcl(list)), list, 'the list');
    }),
  ],
};

function sorted(list: ReturnType<typeof parseAcl>): unknown {
  return list === undefined ? undefined : [...list].sort(([a], [b]) => a.localeCompare(b));
}

export const uri: Target = {
  name: 'uri',
  asks: 'LocURIs: names come out as they went in',
  seeds: () =>
    [
      './DevInfo/Man',
      './a/b%20c?list=StructData+TNDS',
      '.',
      './%E2%82%AC/:@&=+$,?prop=ACL',
      'a//b',
      './a/%zz',
    ].map(utf8),
  take: (octets) => {
    const found = parseUri(Buffer.from(octets).toString('utf8'));
    if (found.kind === 'fault') return;
    must(found.path.every(isNodeName), `a name that is none: ${JSON.stringify(found.path)}`);
    const again = parseUri(formatUri(found.path));
    if (again.kind === 'uri') mustEqual(again.path, found.path, 'the path');
    else must(again.status === 414, 'a path that cannot be written');
  },
  models: [
    model(
      'decode(encode(x)) = x',
      fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }).filter(isNodeName), { maxLength: 4 }),
      (path) => {
        const found = parseUri(formatUri(path));
        if (found.kind === 'uri') mustEqual(found.path, path, 'the path');
        else must(found.status === 414, `${JSON.stringify(path)} cannot be written`);
      },
    ),
  ],
};
