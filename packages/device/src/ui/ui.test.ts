import { PassThrough } from 'node:stream';
import type { Alert } from '@fumarole/syncml';
import { describe, expect, it } from 'vitest';
import { type AnswerPolicy, policyPrompter } from './policy-prompter.ts';
import { questionOf } from './question.ts';
import { terminalPrompter } from './terminal-prompter.ts';
import { type Prompter, userInteraction } from './user-interaction.ts';

const alert = (Data: string, ...texts: readonly (string | undefined)[]): Alert => ({
  kind: 'Alert',
  CmdID: '1',
  Data,
  items: texts.map((text) => (text === undefined ? {} : { Data: text })),
});
const forever = () => new Promise(() => undefined);
const ask = (prompter: Prompter, given: Alert) =>
  userInteraction(prompter, { wait: forever }).interact(given);
const policy = (rules: AnswerPolicy, given: Alert) => ask(policyPrompter(rules), given);

describe('answers', () => {
  it('P-050: 1100 shown 200; 1101 yes 200, no 304', async () => {
    expect(await policy({}, alert('1100', '', 'Hello'))).toEqual({ code: 200 });
    expect(await policy({ confirm: 'yes' }, alert('1101', '', 'Update?'))).toEqual({ code: 200 });
    expect(await policy({}, alert('1101', '', 'Update?'))).toEqual({ code: 304 });
  });

  it('P-050: 1102 the text, 1103 one number, 1104 every number', async () => {
    const say = (...answers: string[]) => ({ answers: () => answers });
    expect(await policy(say('ABC'), alert('1102', '', 'Name'))).toEqual({ code: 200, answers: ['ABC'] });
    expect(await policy(say('2'), alert('1103', '', 'Which', 'a', 'b'))).toEqual({
      code: 200,
      answers: ['2'],
    });
    expect(await policy(say('2', '1'), alert('1104', '', 'Which', 'a', 'b'))).toEqual({
      code: 200,
      answers: ['2', '1'],
    });
  });

  it('P-050: cancelled 214, wrong Items 412, too long to show 416', async () => {
    for (const code of ['1102', '1103', '1104']) {
      expect(await policy({}, alert(code, '', 'Which', 'a'))).toEqual({ code: 214 });
    }
    expect(await policy({ display: 'cancel' }, alert('1100', '', 'x'))).toEqual({ code: 214 });
    expect(await policy({}, alert('1100', 'only one'))).toEqual({ code: 412 });
    expect(await policy({}, alert('1103', '', 'no choices'))).toEqual({ code: 412 });
    expect(await policy({}, alert('1100', '', 'x'.repeat(3000)))).toEqual({ code: 416 });
    expect(await policy({}, alert('1200', '', 'x'))).toEqual({ code: 406 });
  });

  it('an answer that never fits is asked again, then counts as cancelled', async () => {
    let asked = 0;
    const counting = (answer: string) => ({
      answers: () => {
        asked += 1;
        return [answer];
      },
    });
    expect(await policy(counting('3'), alert('1103', '', 'Which', 'a', 'b'))).toEqual({ code: 214 });
    expect(asked).toBe(3);
    expect(await policy(counting('12a'), alert('1102', 'IT=N', 'PIN'))).toEqual({ code: 214 });
    expect(await policy(counting('12345'), alert('1102', 'MAXLEN=4', 'PIN'))).toEqual({ code: 214 });
    expect(await policy(counting('1.2.3.256'), alert('1102', 'IT=I', 'Address'))).toEqual({ code: 214 });
    expect(await policy(counting('1.2.3.255'), alert('1102', 'IT=I', 'Address'))).toMatchObject({
      code: 200,
    });
  });

  it('P-052: after MAXDT 408, also when DR says yes', async () => {
    const waited: number[] = [];
    const wait = async (ms: number) => void waited.push(ms);
    const ui = userInteraction(policyPrompter({ confirm: 'never' }), { wait });
    expect(await ui.interact(alert('1101', 'MAXDT=20&DR=1', 'Update?'))).toEqual({ code: 408 });
    expect(await ui.interact(alert('1101', undefined, 'Update?'))).toEqual({ code: 408 });
    expect(waited).toEqual([20_000, 300_000]);
  });
});

describe('options', () => {
  it('P-051: parsed and URL-decoded; unknown and impossible ones are skipped', () => {
    expect(questionOf(alert('1102', 'MINDT=5&MAXDT=10&DR=a+b%21&MAXLEN=8&IT=P&ET=P&X=1', 'T'))).toEqual({
      kind: 'text',
      text: 'T',
      choices: [],
      minMs: 5000,
      maxMs: 10_000,
      proposal: 'a b!',
      maxLength: 8,
      input: 'P',
      hidden: true,
    });
    expect(questionOf(alert('1102', 'MAXDT=-1&MINDT=x&MAXLEN=0&IT=Z&ET=T&%&=&DR=%zz', 'T'))).toMatchObject({
      minMs: 0,
      maxMs: 300_000,
      maxLength: 1024,
      input: 'A',
      hidden: false,
    });
  });

  it('P-051: an empty first Item is accepted', () => {
    expect(questionOf(alert('1101', undefined, 'Update?'))).toMatchObject({
      kind: 'confirm',
      text: 'Update?',
    });
  });

  it('control characters never reach the terminal', () => {
    expect(questionOf(alert('1100', '', 'a\u001b[2Jb\r\nc\u0007'))).toMatchObject({ text: 'a[2Jb\nc' });
  });
});

describe('terminal', () => {
  async function typed(given: Alert, ...lines: readonly string[]) {
    const input = new PassThrough();
    const output = new PassThrough();
    const answer = ask(terminalPrompter({ input, output }), given);
    for (const line of lines) {
      input.write(`${line}\n`);
      await new Promise(setImmediate);
    }
    if (lines.length === 0) input.end();
    return { answer: await answer, shown: String(output.read() ?? '') };
  }

  it('P-050: asks and reads one line', async () => {
    expect((await typed(alert('1101', '', 'Update?'), 'y')).answer).toEqual({ code: 200 });
    expect((await typed(alert('1101', '', 'Update?'), 'no')).answer).toEqual({ code: 304 });
    expect((await typed(alert('1101', '', 'Update?'), 'c')).answer).toEqual({ code: 214 });
    expect((await typed(alert('1102', '', 'Name'), 'c')).answer).toEqual({ code: 200, answers: ['c'] });
    expect((await typed(alert('1104', '', 'Which', 'a', 'b', 'c'), '1-3')).answer).toEqual({
      code: 200,
      answers: ['1', '3'],
    });
    const { answer, shown } = await typed(alert('1103', 'DR=2', 'Which', 'red', 'blue'), '');
    expect(answer).toEqual({ code: 200, answers: ['2'] });
    expect(shown).toContain('2  blue');
  });

  it('asks again when the line is no answer, and the end of input cancels', async () => {
    const { answer, shown } = await typed(alert('1103', '', 'Which', 'a', 'b'), '7', '1');
    expect(answer).toEqual({ code: 200, answers: ['1'] });
    expect(shown).toContain('no answer');
    expect((await typed(alert('1101', '', 'Update?'))).answer).toEqual({ code: 214 });
  });
});
