import {
  alert,
  fromClient,
  genericAlert,
  headerStatus,
  Pair,
  type PairOptions,
  package1,
  status,
  statusLines,
  typedItem,
} from '@fumarole/testkit/pair';
import { describe, expect, it } from 'vitest';
import { normaliseAlertType } from './server.ts';

const UPDATE = 'org.openmobilealliance.dm.firmwareupdate.update';

function open(options: PairOptions = {}): Pair {
  return new Pair({ client: 'none', server: 'none', ...options });
}

describe('Alert 1226 and 1224', () => {
  it('P-039 F-088: known type 200, unknown type 415, missing Meta or Data 412', () => {
    const { Meta: _, ...bare } = typedItem(UPDATE, '200');
    const { Data: __, ...silent } = typedItem(UPDATE, '200');
    const more = [
      genericAlert('4', typedItem(UPDATE, '200', './FUMO')),
      genericAlert('5', typedItem('com.example.else', '1')),
      genericAlert('6', bare),
      genericAlert('7', silent),
      genericAlert('8'),
    ];
    expect(statusLines(open().say(package1(1, {}, more)).message).slice(3)).toEqual([
      'Alert 4 200',
      'Alert 5 415',
      'Alert 6 412',
      'Alert 7 412',
      'Alert 8 412',
    ]);
  });

  it('P-039: the planner has the last word', () => {
    const alertStatus = new Map([['4', 202]]);
    const pair = open({ plan: () => ({ alertStatus }) });
    const { message } = pair.say(package1(1, {}, [genericAlert('4', typedItem(UPDATE, '200'))]));
    expect(statusLines(message)).toContain('Alert 4 202');
  });

  it('tells all of a Generic Alert', () => {
    const pair = open();
    const item = typedItem(`Reversed-Domain-Name: ${UPDATE}`, '200', './FUMO/Update');
    const marked = { ...item, Meta: { ...item.Meta, Mark: 'critical' } };
    pair.say(package1(1, {}, [{ ...genericAlert('4', marked), Correlator: 'c-1' }]));
    expect(pair.events).toContainEqual({
      kind: 'generic-alert',
      cmdID: '4',
      item: 0,
      correlator: 'c-1',
      type: `Reversed-Domain-Name: ${UPDATE}`,
      source: './FUMO/Update',
      format: 'chr',
      mark: 'critical',
      data: '200',
      complete: true,
    });
  });

  it('P-044: several Items: one Status when all agree, else one each with SourceRef', () => {
    const items = [typedItem(UPDATE, '200', './A'), typedItem(UPDATE, '410', './B')];
    const same = open().say(package1(1, {}, [genericAlert('4', ...items)])).message;
    expect(statusLines(same).slice(3)).toEqual(['Alert 4 200']);
    const plan = () => ({ alertStatus: new Map([['4#1', 415]]) });
    const mixed = open({ plan }).say(package1(1, {}, [genericAlert('4', ...items)])).message;
    expect(statusLines(mixed).slice(3)).toEqual(['Alert 4 200', 'Alert 4 415']);
    expect(mixed.body.slice(3)).toMatchObject([{ SourceRef: ['./A'] }, { SourceRef: ['./B'] }]);
  });

  it('P-041: Client Event of a known type 200, else 406', () => {
    const pair = open({ config: { eventTypes: ['com.example.known'] } });
    const event = (id: string, type: string) => alert(id, 1224, [typedItem(type, 'x')]);
    const { message } = pair.say(
      package1(1, {}, [event('4', 'com.example.known'), event('5', 'com.microsoft/MDM/LoginStatus')]),
    );
    expect(statusLines(message).slice(3)).toEqual(['Alert 4 200', 'Alert 5 406']);
    expect(pair.events.filter(({ kind }) => kind === 'client-event')).toHaveLength(2);
  });

  it('P-043 R-025: an unknown code, or one of the server’s, gets 406 and the rest goes on', () => {
    const pair = open();
    const more = [
      alert('4', 1299),
      alert('5', 1101),
      alert('6', 'x'),
      genericAlert('7', typedItem(UPDATE, '1')),
    ];
    expect(statusLines(pair.say(package1(1, {}, more)).message).slice(3)).toEqual([
      'Alert 4 406',
      'Alert 5 406',
      'Alert 6 406',
      'Alert 7 200',
    ]);
  });

  it('I-019 R-024: types are compared without prefix and case, older names as today’s', () => {
    const forms = [
      UPDATE,
      `Reversed-Domain-Name: ${UPDATE}`,
      `reversed-domain-name:${UPDATE.toUpperCase()} `,
      'org.openmobilealliance.firmwareupdate.update',
      `Content-Type: ${UPDATE}`,
    ];
    expect(new Set(forms.map(normaliseAlertType))).toEqual(new Set([UPDATE]));
  });
});

describe('user interaction', () => {
  it('P-050: texts in order, answers come with the Status', () => {
    const pair = open({
      encoding: 'wbxml',
      plan: (_, n) => ({
        commands:
          n === 1 ? [{ kind: 'alert', key: 'ask', code: 1104, items: ['', 'Which?', 'a', 'b', 'c'] }] : [],
      }),
    });
    const { message } = pair.say(package1());
    expect(message.body.at(-1)).toMatchObject({
      kind: 'Alert',
      Data: '1104',
      items: [{}, { Data: 'Which?' }, { Data: 'a' }, { Data: 'b' }, { Data: 'c' }],
    });
    const answers = { items: [{ Data: '1' }, { Data: '3' }] };
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Alert', 200, answers)]));
    expect(pair.events).toContainEqual(
      expect.objectContaining({ kind: 'status', key: 'ask', code: 200, items: answers.items }),
    );
  });

  it.each([304, 214, 408, 412, 416])('P-050: %i is an answer too', (code) => {
    const commands = [{ kind: 'alert', key: 'ask', code: 1101, items: ['MINDT=10', 'Install?'] } as const];
    const pair = open({ plan: (_, n) => ({ commands: n === 1 ? commands : [] }) });
    pair.say(package1());
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Alert', code)]));
    expect(pair.events).toContainEqual(expect.objectContaining({ kind: 'status', key: 'ask', code }));
  });

  it.each([
    ['no answer', 408, undefined],
    ['the default response', 200, [{ Data: 'proposal' }]],
  ] as const)('P-052: after the time, %s is taken', (_what, code, items) => {
    const commands = [
      { kind: 'alert', key: 'ask', code: 1102, items: ['MAXDT=10&DR=proposal', 'Name?'] } as const,
    ];
    const pair = open({ plan: (_, n) => ({ commands: n === 1 ? commands : [] }) });
    pair.say(package1());
    const more = items === undefined ? {} : { items };
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Alert', code, more)]));
    expect(pair.events).toContainEqual(
      expect.objectContaining({ kind: 'status', key: 'ask', code, ...more }),
    );
    expect(pair.turns.at(-1)).toBe('commands');
  });
});
