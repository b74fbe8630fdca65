import { type Check, type CheckGroup, must } from '../../check.ts';
import { alert, type Unnumbered } from '../../messages.ts';
import { asked, headerCode, inShort, statuses } from '../../reading.ts';
import { type HeardRaw, isAccepted, type Saying } from '../device-session.ts';
import type { ServerPeer } from '../server-peer.ts';

type ServerCheck = Check<ServerPeer>;

/** Something that is no message of a session; HTTP says so. */
function httpCheck(
  id: string,
  requirements: readonly string[],
  title: string,
  allowed: readonly number[],
  request: (server: ServerPeer) => {
    readonly method?: string;
    readonly type?: string;
    readonly body?: Uint8Array;
  },
): ServerCheck {
  return {
    id,
    requirements,
    title,
    run: async (server) => {
      const { method = 'POST', type = typeOf(server), body = new Uint8Array(0) } = request(server);
      const headers = { 'content-type': type };
      const { status } = await server.post(
        { url: server.target.url, method, headers, body },
        server.encoding,
      );
      must(allowed.includes(status), `HTTP ${status}`);
      await stillServes(server);
    },
  };
}

const typeOf = ({ encoding }: ServerPeer): string => `application/vnd.syncml.dm+${encoding}`;

async function stillServes(server: ServerPeer): Promise<void> {
  must(isAccepted(await server.session().open()), 'afterwards the device is not let in');
}

/** The text of package 1 as octets that were made wrong. */
function ruined(
  id: string,
  requirements: readonly string[],
  title: string,
  how: (server: ServerPeer) => Saying & { readonly commands?: readonly Unnumbered[] },
  answer: (heard: HeardRaw) => void = refusedAnyhow,
): ServerCheck {
  return {
    id,
    requirements,
    title,
    run: async (server) => {
      const session = server.session();
      const { commands = session.packageOne(), ...saying } = how(server);
      const heard = await session.send(commands, { proof: 'none', ...saying, malformed: true });
      answer(heard);
      await stillServes(server);
    },
  };
}

function overXml(
  id: string,
  requirements: readonly string[],
  title: string,
  change: (text: string) => string,
): ServerCheck {
  return { ...ruined(id, requirements, title, () => ({ wire: xmlText(change) })), variants: ['xml'] };
}

/** HTTP 4xx, or a message that refuses. */
function refusedAnyhow({ status, message }: HeardRaw): void {
  const code = message === undefined ? undefined : headerCode(message);
  const refused = (status >= 400 && status < 500) || (status === 200 && code !== undefined && code >= 400);
  must(refused, message === undefined ? `HTTP ${status}` : `it is answered: ${inShort(message)}`);
}

function onlyHttp({ status }: HeardRaw): void {
  must(status >= 400 && status < 500, `HTTP ${status}`);
}

/** Changes the text of an XML message. */
const xmlText =
  (change: (text: string) => string): NonNullable<Saying['wire']> =>
  (octets) =>
    Buffer.from(change(Buffer.from(octets).toString('utf8')));

const DEEP = 20_000;
const MANY = 5_000;

const chunked: ServerCheck = {
  id: 'http-chunked',
  requirements: ['P-111'],
  title: 'A request body in chunked transfer coding is taken',
  run: async (server) => {
    must(isAccepted(await server.session().open([], { chunked: true })), 'the session is not let in');
  },
};

const unknownElement: ServerCheck = {
  id: 'unknown-commands',
  requirements: ['R-016', 'P-022'],
  title: 'A data-sync command is answered 406, an unknown element with a CmdID 501, and the rest is done',
  variants: ['xml'],
  run: async (server) => {
    const session = server.session();
    const wire = xmlText((text) =>
      text.replace(
        '</SyncBody>',
        '<Search><CmdID>8</CmdID><Source><LocURI>x</LocURI></Source></Search><Conform><CmdID>9</CmdID></Conform></SyncBody>',
      ),
    );
    const heard = await session.open([alert(1222)], { wire });
    const code = (ref: string): number | undefined =>
      statuses(heard.message).find(({ CmdRef, MsgRef }) => CmdRef === ref && MsgRef === session.msgID)?.Data;
    must(code('8') === 406, `Search is answered ${code('8')}`);
    must(code('9') === 501, `the unknown element is answered ${code('9')}`);
    must(code('3') === 200, `the Alert beside them is answered ${code('3')}`);
  },
};

const entities: ServerCheck = {
  id: 'xml-entities',
  requirements: ['R-005'],
  title: 'Entities of a DOCTYPE, internal or external, are never expanded or fetched',
  variants: ['xml'],
  run: async (server) => {
    const bomb = `<!DOCTYPE SyncML [<!ENTITY a "${'ha'.repeat(50)}"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c "${'&b;'.repeat(50)}"><!ENTITY file SYSTEM "file:///etc/passwd">]>`;
    for (const name of ['c', 'file']) {
      const session = server.session();
      const started = performance.now();
      const wire = xmlText((text) =>
        text.replace(/^(<\?xml[^>]*\?>)?/, (d) => `${d}${bomb}`).replace('<LocName>', `<LocName>&${name};`),
      );
      const heard = await session.send(session.packageOne(), { proof: 'none', wire, malformed: true });
      const body = Buffer.from(heard.octets).toString('latin1');
      must(!/hahaha|root:/.test(body), `the entity ${name} comes back in the answer`);
      must(performance.now() - started < server.target.timeoutMs / 2, 'the answer took long');
    }
    await stillServes(server);
  },
};

const tooMany: ServerCheck = ruined(
  'many-commands',
  ['P-005', 'P-070'],
  `A message with ${MANY} commands is refused, or answered, in bounded time`,
  () => ({ commands: Array.from({ length: MANY }, () => alert(1222)) }),
  ({ status, message }) => {
    must(status < 500, `HTTP ${status}`);
    must(message === undefined || asked(message).length <= 1, 'commands for a stranger');
  },
);

export const TRANSPORT: CheckGroup<ServerPeer> = {
  id: 'transport',
  title: 'The HTTP binding',
  checks: [
    httpCheck('http-get', ['P-110'], 'Only POST is served: GET is answered 405', [405], () => ({
      method: 'GET',
    })),
    httpCheck('http-type', ['P-110'], 'Another media type is answered 415', [415], () => ({
      type: 'text/plain',
      body: Buffer.from('hello'),
    })),
    httpCheck(
      'http-charset',
      ['R-023'],
      'A charset other than UTF-8 (and its subsets) is answered 415',
      [415],
      (server) => ({
        type: `${typeOf(server)}; charset=utf-16`,
        body: Buffer.from('hello'),
      }),
    ),
    httpCheck(
      'http-garbage',
      ['P-110', 'R-042'],
      'Octets that are no message are answered 400',
      [400],
      () => ({
        body: Buffer.from('\x00\xff no SyncML at all'),
      }),
    ),
    httpCheck('http-empty', ['P-110'], 'An empty body is answered 400', [400, 411], () => ({})),
    httpCheck('http-oversize', ['P-110', 'R-043'], 'A body of 8 MB is answered 413', [413], () => ({
      body: Buffer.alloc(8_000_000, 0x41),
    })),
    chunked,
  ],
};

export const ABUSE: CheckGroup<ServerPeer> = {
  id: 'abuse',
  title: 'What no honest client sends',
  checks: [
    unknownElement,
    entities,
    ruined(
      'truncated',
      ['R-042'],
      'A message cut off in the middle is refused, nothing of it executed',
      () => ({
        wire: (octets) => octets.subarray(0, octets.length >> 1),
      }),
      onlyHttp,
    ),
    ruined(
      'trailing',
      ['R-042'],
      'Octets behind the message are refused or ignored',
      () => ({
        wire: (octets) => Buffer.concat([octets, Buffer.from([0, 0, 1, 1])]),
      }),
      ({ status }) => must(status < 500, `HTTP ${status}`),
    ),
    ruined('deep', ['R-043'], `An element nested ${DEEP} deep is refused in bounded time`, (server) => ({
      wire:
        server.encoding === 'xml'
          ? xmlText((text) =>
              text.replace('<SyncBody>', `<SyncBody>${'<X>'.repeat(DEEP)}${'</X>'.repeat(DEEP)}`),
            )
          : (octets) =>
              Buffer.concat([octets.subarray(0, 5), Buffer.alloc(DEEP, 0x6d), Buffer.alloc(DEEP, 0x01)]),
    })),
    tooMany,
    ruined('long-header', ['P-110'], 'A SyncHdr with a Source of 60 000 characters is refused', () => ({
      hdr: { Source: { LocURI: 'x'.repeat(60_000) } },
    })),
    overXml('no-msgid', ['P-025'], 'A MsgID that is no number is refused', (text) =>
      text.replace(/<MsgID>\d+/, '<MsgID>one'),
    ),
    overXml('no-source', ['P-110'], 'A SyncHdr without Source is refused', (text) =>
      text.replace(/<Source><LocURI>[^<]*<\/LocURI>(<LocName>[^<]*<\/LocName>)?<\/Source>/, ''),
    ),
  ],
};
