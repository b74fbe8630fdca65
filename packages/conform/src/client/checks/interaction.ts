import type { Item } from '@fumarole/syncml';
import { type Check, type CheckGroup, must, need } from '../../check.ts';
import { alert, atomic, get, sequence } from '../../messages.ts';
import { textOf } from '../../reading.ts';
import type { Answers } from '../answers.ts';
import type { ClientPeer } from '../client-peer.ts';
import { known } from './sessions.ts';

type ClientCheck = Check<ClientPeer>;

const texts = (...all: readonly string[]): readonly Item[] => all.map((Data) => ({ Data }));

/** A user may answer, cancel or let the time pass; a client without a user says 406. */
function ask(
  id: string,
  requirements: readonly string[],
  title: string,
  code: number,
  items: readonly Item[],
  rule: (answers: Answers) => void,
): ClientCheck {
  return {
    id,
    requirements,
    title,
    run: async (client) => {
      const session = await known(client);
      const answers = await session.ask([alert(code, ...items)]);
      const given = answers.code();
      must([200, 202, 304, 214, 408, 406].includes(given ?? 0), `it is answered ${given}`);
      session.end();
      need(
        given === 200 || (given === 304 && code === 1101),
        given === 406 ? 'the client has no user interaction' : `the user did not answer (${given})`,
      );
      rule(answers);
    },
  };
}

const answersOf = (answers: Answers): readonly string[] =>
  (answers.statuses()[0]?.items ?? []).map(({ Data }) => textOf(Data));

const badItems: ClientCheck = {
  id: 'ui-incomplete',
  requirements: ['P-050'],
  title: 'A question without a text: 412 (406 where there is no user interaction)',
  run: async (client) => {
    const session = await known(client);
    const answers = await session.ask([alert(1101)]);
    must([412, 406].includes(answers.code() ?? 0), `it is answered ${answers.code()}`);
    session.end();
  },
};

const refusal: ClientCheck = {
  id: 'ui-refused-sequence',
  requirements: ['P-053', 'P-034', 'F-075', 'T-064'],
  title:
    'A refused confirmation in a Sequence: the rest 215; in an Atomic: the rest 215, the Atomic 215 (or 507)',
  run: async (client) => {
    const session = await known(client);
    const question = alert(1101, ...texts('MINDT=1&DR=0', 'Please refuse this.'));
    const rest = await session.ask([sequence(question, get('./DevInfo/Man'))]);
    const [container, asked, child] = rest.codes();
    session.end();
    need(asked !== 406, 'the client has no user interaction');
    need(asked === 304 || asked === 214, `the user did not refuse (${asked})`);
    must(container === 200, `the Sequence is answered ${container}`);
    must(child === 215, `the rest is answered ${child}`);
    await client.settle();
    const second = await known(client);
    const all = await second.ask([atomic(question)]);
    must([215, 507, 406].includes(all.code(0) ?? 0), `the Atomic is answered ${all.code(0)}`);
    second.end();
  },
};

export const INTERACTION: CheckGroup<ClientPeer> = {
  id: 'interaction',
  title: 'Questions to the user',
  checks: [
    ask(
      'ui-display',
      ['P-050', 'P-051', 'P-054'],
      'Alert 1100 is answered 200, or 406 without a user',
      1100,
      texts('MINDT=1&NOSUCH=key', 'Conformance test.'),
      () => undefined,
    ),
    ask(
      'ui-confirm',
      ['P-050', 'P-051'],
      'Alert 1101 is answered 200 or 304; empty options are taken',
      1101,
      [{}, { Data: 'Please accept this.' }],
      () => undefined,
    ),
    ask(
      'ui-text',
      ['P-050'],
      'Alert 1102 is answered with the text',
      1102,
      texts('MAXLEN=20&DR=a+text', 'A text, please.'),
      (answers) => {
        must(answersOf(answers).length === 1, `${answersOf(answers).length} Items in the Status`);
        must((answersOf(answers)[0] ?? '').length <= 20, 'more than MAXLEN characters');
      },
    ),
    ask(
      'ui-choice',
      ['P-050'],
      'Alert 1103 is answered with the number of the choice',
      1103,
      texts('DR=2', 'One of these:', 'first', 'second'),
      (answers) => {
        must(/^[12]$/.test(answersOf(answers).join()), `it is answered ${answersOf(answers).join()}`);
      },
    ),
    ask(
      'ui-choices',
      ['P-050'],
      'Alert 1104 is answered with an Item for each number',
      1104,
      texts('DR=1-2', 'Some of these:', 'first', 'second'),
      (answers) => {
        must(
          answersOf(answers).every((one) => /^[12]$/.test(one)),
          `it is answered ${answersOf(answers).join()}`,
        );
      },
    ),
    badItems,
    refusal,
  ],
};
