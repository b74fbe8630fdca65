import type { Encoding } from '@fumarole/syncml';
import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { inShort, statusesOf } from '../../reading.ts';
import { type DeviceSession, isAccepted, type Saying } from '../device-session.ts';
import type { ServerPeer } from '../server-peer.ts';

type Wire = NonNullable<Saying['wire']>;

/** A session whose messages are written otherwise than the standard's examples is served all the same. */
function variant(
  encoding: Encoding,
  id: string,
  requirements: readonly string[],
  title: string,
  wire: (text: string) => string,
  prepare: (session: DeviceSession) => void = () => undefined,
): Check<ServerPeer> {
  return {
    id,
    requirements,
    title,
    variants: [encoding],
    run: async (server) => {
      const session = server.session();
      prepare(session);
      const write: Wire = (octets) => {
        const text = Buffer.from(octets).toString('latin1');
        const changed = wire(text);
        need(changed !== text, 'this message does not show the variant');
        return Buffer.from(changed, 'latin1');
      };
      const heard = await session.open([], { wire: write });
      must(isAccepted(heard), inShort(heard.message));
      for (const cmdID of ['1', '2']) {
        const code = statusesOf(heard.message, session.msgID, cmdID)[0]?.Data;
        must(code === 200, `command ${cmdID} is answered ${code}: ${inShort(heard.message)}`);
      }
    },
  };
}

const xml = (id: string, requirements: readonly string[], title: string, wire: (text: string) => string) =>
  variant('xml', id, requirements, title, wire);

const wbxml = (id: string, requirements: readonly string[], title: string, wire: (text: string) => string) =>
  variant('wbxml', id, requirements, title, wire);

/** Header of every message that our codec writes: WBXML 1.2, public identifier 0x1201, UTF-8, no string table. */
const NUMERIC = '\x02\xa4\x01\x6a\x00';
const FPI = '-//SYNCML//DTD SyncML 1.2//EN';

function withHeader(header: string): (text: string) => string {
  return (text) => (text.startsWith(NUMERIC) ? header + text.slice(NUMERIC.length) : text);
}

const afterDeclaration = (text: string, more: string): string =>
  text.replace(/^(<\?xml[^>]*\?>)?/, (declaration) => `${declaration}${more}`);

const dataSyncType: Check<ServerPeer> = {
  id: 'media-type-sync',
  requirements: ['I-001'],
  title: 'The media type of data synchronisation (without .dm) is taken and answered in kind',
  run: async (server) => {
    const session = server.session();
    session.family = 'sync';
    must(isAccepted(await session.open()), 'the session is not let in');
  },
};

const charset: Check<ServerPeer> = {
  id: 'charset-parameter',
  requirements: ['R-023', 'I-001'],
  title: 'A Content-Type with charset=utf-8 is taken',
  run: async (server) => {
    const session = server.session();
    const type = `application/vnd.syncml.dm+${session.encoding}; charset=utf-8`;
    must(
      isAccepted(await session.open([], { headers: { 'content-type': type } })),
      'the session is not let in',
    );
  },
};

export const ENCODINGS: CheckGroup<ServerPeer> = {
  id: 'encodings',
  title: 'Media types and ways to write a message',
  checks: [
    dataSyncType,
    charset,
    xml('xml-doctype', ['R-005'], 'A DOCTYPE is skipped', (text) =>
      afterDeclaration(
        text,
        '<!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML 1.2//EN" "http://127.0.0.1:9/none.dtd">',
      ),
    ),
    xml('xml-comments', ['R-004'], 'Comments and processing instructions are skipped', (text) =>
      text.replace('<SyncBody>', '<!-- a comment --><SyncBody><?target data?>'),
    ),
    xml(
      'xml-unknown',
      ['R-004', 'I-003'],
      'Unknown attributes, and unknown elements without CmdID, are skipped',
      (text) =>
        text
          .replace('<SyncBody>', '<SyncBody xmlns:v="urn:vendor" v:mark="1">')
          .replace('</SyncHdr>', '<VendorThing><Inner>1</Inner></VendorThing></SyncHdr>'),
    ),
    xml('xml-white-space', ['R-006'], 'White space around protocol values is stripped', (text) =>
      text
        .replace(/<Data>1201<\/Data>/, '<Data>\n  1201 </Data>')
        .replace(/<CmdID>2<\/CmdID>/, '<CmdID> 2 </CmdID>'),
    ),
    xml('xml-cdata', ['R-019'], 'CDATA is read as text', (text) =>
      text.replace(/<Data>1201<\/Data>/, '<Data><![CDATA[1201]]></Data>'),
    ),
    xml('xml-prefixed-meta', ['R-007'], 'MetInf children are read under a prefix', (text) =>
      text.replace(
        /<MaxMsgSize[^>]*>(\d+)<\/MaxMsgSize>/,
        '<m:MaxMsgSize xmlns:m="syncml:metinf">$1</m:MaxMsgSize>',
      ),
    ),
    xml('xml-order', ['R-003', 'I-003'], 'Children are read in any order', (text) =>
      text.replace(/(<Target>.*?<\/Target>)(<Source>.*?<\/Source>)/s, '$2$1'),
    ),
    wbxml('wbxml-13', ['R-030'], 'WBXML 1.3 is read', withHeader(`\x03${NUMERIC.slice(1)}`)),
    wbxml('wbxml-11', ['R-030'], 'WBXML 1.1 is read', withHeader(`\x01${NUMERIC.slice(1)}`)),
    wbxml(
      'wbxml-table',
      ['I-004', 'R-032', 'R-034'],
      'The public identifier is read from the string table, terminated or not',
      withHeader(`\x02\x00\x00\x6a\x1d${FPI}`),
    ),
    wbxml(
      'wbxml-table-case',
      ['R-032'],
      'The public identifier is compared without letter case',
      withHeader(`\x03\x00\x00\x6a\x1e${FPI.toUpperCase()}\x00`),
    ),
    wbxml(
      'wbxml-unknown-id',
      ['I-004', 'R-033'],
      'An unknown public identifier is what the media type says',
      withHeader('\x02\x01\x6a\x00'),
    ),
    wbxml('wbxml-opaque', ['R-037'], 'A text in OPAQUE is read', (text) =>
      text.replace('\x031201\x00', '\xc3\x041201'),
    ),
    wbxml('wbxml-switch', ['R-036'], 'A redundant switch of code page is read', (text) =>
      text.replace('\x6b\x46\x4b', '\x00\x00\x6b\x46\x4b'),
    ),
  ],
};
