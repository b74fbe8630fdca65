import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_SESSION_CONFIG, DEFAULT_WIRE, reply, type ServerAccount, step } from '@fumarole/dm/server';
import { decode, encode, joinParts } from '@fumarole/syncml';
import { nodeDigests as digests, package1, seededRandom } from '@fumarole/testkit/pair';
import { expect, it } from 'vitest';

it('the example of the README runs', () => {
  const random = seededRandom(1);
  const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
  const body = joinParts(encode(package1(), 'wbxml'));
  const account: ServerAccount = {
    serverId: 'dm.example.com',
    client: { required: 'none', allowed: [], name: '', a: '' },
  };
  // example
  const ports = { digests, random, now: Date.now() };
  const message = decode(body, 'wbxml');
  const facts = { bodyMd5: digests.md5(body), bodySha256: hex(digests.sha256(body)) };
  const transport = { allows: ['none'], tokenValid: true } as const;
  const incoming = { message, encoding: 'wbxml', ...facts, transport } as const;
  const { session, events, turn } = step(undefined, account, incoming, ports, DEFAULT_SESSION_CONFIG);
  // turn 'commands': the planner may speak; 'retry': send the stored response again
  const input = { commands: [], alertStatus: new Map(), wire: DEFAULT_WIRE, encoding: 'wbxml' } as const;
  const { parts, ended } = reply(session, account, input, ports, DEFAULT_SESSION_CONFIG);
  const response = joinParts(parts);
  // end
  expect({ turn, ended }).toEqual({ turn: 'commands', ended: true });
  expect(events.map(({ kind }) => kind)).toEqual(['authenticated', 'opened', 'dev-info']);
  expect(decode(response, 'wbxml').final).toBe(true);
  const example = (text: string, from: string, to: string) => {
    const start = text.indexOf(from) + from.length;
    return text.slice(start, text.indexOf(to, start)).replace(/^\s+/gm, '').trim();
  };
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const source = readFileSync(import.meta.filename, 'utf8');
  expect(example(readme, "from '@fumarole/syncml';\n", '```')).toBe(
    example(source, '// example\n', '// end\n'),
  );
});
