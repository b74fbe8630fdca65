import type { Item } from '@fumarole/syncml';
import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { alert, typedItem } from '../../messages.ts';
import { headerCode, inShort, statusesOf } from '../../reading.ts';
import { type Heard, isAccepted } from '../device-session.ts';
import type { ServerPeer } from '../server-peer.ts';

const FUMO = 'org.openmobilealliance.dm.firmwareupdate';
const ROOT: Item = { Source: { LocURI: './FwUpdate/Conform' } };
/** Package 1 has two commands; the first more is the third. */
const FIRST = '3';

/** The codes of the Statuses that the alerts got which came with package 1. */
async function codesFor(
  server: ServerPeer,
  ...alerts: readonly ReturnType<typeof alert>[]
): Promise<{ readonly codes: readonly (number | undefined)[]; readonly heard: Heard }> {
  const session = server.session();
  const heard = await session.open(alerts);
  const codes = alerts.map(
    (_, at) => statusesOf(heard.message, session.msgID, String(Number(FIRST) + at))[0]?.Data,
  );
  return { codes, heard };
}

const result = (operation: string, data: string, more: Parameters<typeof typedItem>[2] = ROOT) =>
  alert(1226, typedItem(`${FUMO}.${operation}`, data, more));

function codesCheck(
  id: string,
  requirements: readonly string[],
  title: string,
  alerts: readonly ReturnType<typeof alert>[],
  allowed: readonly number[],
): Check<ServerPeer> {
  return {
    id,
    requirements,
    title,
    run: async (server) => {
      const { codes, heard } = await codesFor(server, ...alerts);
      const wrong = codes.findIndex((code) => code === undefined || !allowed.includes(code));
      must(wrong < 0, `alert ${wrong + 1} is answered ${codes[wrong]}: ${inShort(heard.message)}`);
    },
  };
}

const twice: Check<ServerPeer> = {
  id: 'result-twice',
  requirements: ['P-040', 'F-089', 'F-088'],
  title: 'The same result again, in another session, is acknowledged again',
  run: async (server) => {
    const Correlator = `conform-${server.session().id}`;
    const told = { ...result('update', '410'), Correlator };
    for (let time = 1; time <= 2; time += 1) {
      const { codes, heard } = await codesFor(server, told);
      must(codes[0] === 200 || codes[0] === 202, `time ${time}: ${inShort(heard.message)}`);
    }
  },
};

const severalItems: Check<ServerPeer> = {
  id: 'alert-items',
  requirements: ['P-044', 'F-094'],
  title: 'Items of one alert with different outcomes each get a Status with their Source',
  run: async (server) => {
    const known = typedItem(`${FUMO}.update`, '410', { Source: { LocURI: './FwUpdate/A' } });
    const unknown = typedItem('com.example.conform.unknown', 'x', {
      Source: { LocURI: './FwUpdate/B' },
      Format: 'chr',
    });
    const session = server.session();
    const heard = await session.open([alert(1226, known, unknown)]);
    const given = statusesOf(heard.message, session.msgID, FIRST);
    need(new Set(given.map(({ Data }) => Data)).size > 1, 'the server treats both types alike');
    must(given.length === 2, inShort(heard.message));
    must(
      given.every(({ SourceRef }) => SourceRef.length > 0),
      'Statuses without SourceRef',
    );
  },
};

const noTrigger: Check<ServerPeer> = {
  id: 'package-one-bare',
  requirements: ['P-001'],
  title: 'Package 1 without Alert 1200 or 1201 is served, or refused with 400',
  run: async (server) => {
    const session = server.session();
    await session.say(session.packageOne(), { proof: 'none' });
    const bare = session.packageOne().filter(({ kind }) => kind !== 'Alert');
    const heard = await session.say(bare, { proof: 'right' });
    const code = headerCode(heard.message);
    must(isAccepted(heard) || code === 400, inShort(heard.message));
  },
};

const noDevInfo: Check<ServerPeer> = {
  id: 'package-one-without-devinfo',
  requirements: ['P-002', 'S-004'],
  title: 'Package 1 without DevInfo is authenticated as usual and ends nothing',
  run: async (server) => {
    const session = server.session();
    await session.say(session.packageOne(), { proof: 'none' });
    const heard = await session.say([alert(1201)], { proof: 'right' });
    must(isAccepted(heard), inShort(heard.message));
  },
};

const devInfoForms: Check<ServerPeer> = {
  id: 'devinfo-forms',
  requirements: ['S-002', 'S-003'],
  title: 'DevInfo is taken in any order, with Meta, interior nodes and unknown children, and again later',
  run: async (server) => {
    const session = server.session();
    const leaf = (name: string, Data: string): Item => ({
      Source: { LocURI: `./DevInfo/${name}` },
      Meta: { Format: 'chr', Type: 'text/plain' },
      Data,
    });
    const items = [
      ...Object.entries(server.target.devInfo)
        .reverse()
        .map(([name, data]) => leaf(name, data)),
      { Source: { LocURI: './DevInfo/Ext' }, Meta: { Format: 'node' }, Data: 'Conform' },
      leaf('Ext/Conform', 'x'),
    ];
    await session.say(session.packageOne(), { proof: 'none' });
    const opening = [alert(1201), { kind: 'Replace', items }] as const;
    const heard = await session.say(opening, { proof: 'right', final: false });
    must(statusesOf(heard.message, session.msgID, '2')[0]?.Data === 200, inShort(heard.message));
    const again = await session.say([session.headerStatus(heard.message), { kind: 'Replace', items }], {
      final: false,
    });
    must(statusesOf(again.message, session.msgID, '2')[0]?.Data === 200, inShort(again.message));
  },
};

export const ALERTS: CheckGroup<ServerPeer> = {
  id: 'alerts',
  title: 'Package 1 and alerts',
  checks: [
    noTrigger,
    noDevInfo,
    devInfoForms,
    codesCheck(
      'alert-unknown',
      ['P-043', 'R-025'],
      'An alert code that nobody knows is answered 406',
      [alert(1299)],
      [406],
    ),
    codesCheck(
      'alert-of-servers',
      ['P-043', 'R-025'],
      'An alert that only a server may send is answered 406',
      [alert(1101, {}, { Data: 'Really?' })],
      [406],
    ),
    codesCheck(
      'alert-no-code',
      ['P-043'],
      'Alerts without a number, and without a code, are answered 406',
      [alert('x'), alert('')],
      [406],
    ),
    codesCheck(
      'generic-incomplete',
      ['P-039'],
      'A Generic Alert without Meta, without Data, or without Items is answered 412',
      [
        alert(1226, { ...ROOT, Data: '200' }),
        alert(1226, typedItem(`${FUMO}.update`, undefined, ROOT)),
        alert(1226),
      ],
      [412],
    ),
    codesCheck(
      'generic-unknown-type',
      ['P-039'],
      'A Generic Alert of an unknown type is answered 415',
      [alert(1226, typedItem('com.example.conform.unknown', 'x', { Format: 'chr' }))],
      [415],
    ),
    codesCheck(
      'result-of-nothing',
      ['F-088', 'F-090', 'F-091'],
      'A firmware result that belongs to no operation is acknowledged (200 or 202)',
      [result('update', '200'), { ...result('download', '503'), Correlator: 'nobody-knows' }],
      [200, 202],
    ),
    codesCheck(
      'result-forms',
      ['F-092', 'F-093', 'R-024', 'I-019', 'I-020'],
      'Results in the forms of deployed clients are acknowledged',
      [
        alert(1226, typedItem(`Reversed-Domain-Name: ${FUMO}.update`, '410', ROOT)),
        alert(1226, typedItem('org.openmobilealliance.firmwareupdate.update', '410', ROOT)),
        alert(1226, typedItem(` ${FUMO}.update `, '410', ROOT)),
        result('downloadandupdate', '952 no such file', {
          Source: { LocURI: './FwUpdate/Conform/DownloadAndUpdate' },
          Format: 'chr',
        }),
      ],
      [200, 202],
    ),
    twice,
    severalItems,
    codesCheck(
      'request-forms',
      ['F-117', 'F-120', 'I-023'],
      'A request for an update is answered 200 or 202, whatever its Data: 0, 200, base64 text, nothing',
      ['0', '200', 'b25lIHBsZWFzZQ==', ''].map((data) =>
        result('userrequest', data, { ...ROOT, Format: 'chr' }),
      ),
      [200, 202],
    ),
    codesCheck(
      'request-without-source',
      ['F-118', 'F-117'],
      'A request by the device itself, without Source, is answered 200 or 202',
      [alert(1226, typedItem(`${FUMO}.devicerequest`, '', { Format: 'chr' }))],
      [200, 202],
    ),
    codesCheck(
      'client-event',
      ['P-041'],
      'A Client Event of an unknown type is answered 406',
      [alert(1224, typedItem('com.example.conform.event', 'x', { Format: 'chr' }))],
      [406],
    ),
  ],
};
