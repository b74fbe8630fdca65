/** Is this an order that can be sent to a device at all? */
import {
  MAX_ALERT_TEXTS,
  MAX_COMMAND_VALUE,
  MAX_STEPS,
  type PlainVerb,
  type QueuedCommand,
  type TreeOrder,
  type TreeStep,
  type TreeVerb,
} from '@fumarole/fumo/server';
import { type CommandOrder, FleetError, type StepOrder } from './fleet.ts';

/** tree.md §2: `.` or `./a/b`, with an optional `?prop=` or `?list=`; at most 255 characters in all. */
const URI = /^(?:\.|(?:\.\/)?[^\s/?#\\]+(?:\/[^\s/?#\\]+)*)(?:\?(?:prop|list)=[A-Za-z+-]+)?$/;
const MAX_URI = 255;
/** tree.md §5.5: what an Atomic takes; a Get or an Exec inside would fail it as a whole. */
const IN_ATOMIC: readonly TreeVerb[] = ['add', 'set', 'delete', 'copy', 'alert'];
const CHOOSING: readonly number[] = [1103, 1104];

type Fields = Omit<StepOrder, 'verb'>;
type Checked = Pick<QueuedCommand, 'verb' | 'commands'> & TreeOrder;

/** @throws FleetError `command-invalid` */
export function checkOrder(order: CommandOrder): Checked {
  const { verb, commands } = order;
  if (verb !== 'sequence' && verb !== 'atomic') {
    if (commands !== undefined) throw invalid(`${verb} holds no other commands`);
    return { verb, ...checkPlain(verb, order) };
  }
  if (commands === undefined || commands.length === 0 || commands.length > MAX_STEPS) {
    throw invalid(`${verb} holds 1 to ${MAX_STEPS} commands`);
  }
  if (order.uri !== undefined) throw invalid(`${verb} has no URI of its own`);
  return { verb, uri: '', commands: commands.map((step) => checkStep(verb, step)) };
}

function checkStep(container: 'sequence' | 'atomic', step: StepOrder): TreeStep {
  if (container === 'atomic' && !IN_ATOMIC.includes(step.verb)) {
    throw invalid(`an atomic holds no ${step.verb}: ${IN_ATOMIC.join(', ')}`);
  }
  return { verb: step.verb, ...checkPlain(step.verb, step) };
}

function checkPlain(verb: PlainVerb, order: Fields): TreeOrder {
  const { value, format, type, correlator } = order;
  if (verb === 'alert') return { uri: '', alert: checkAlert(order) };
  if (order.alert !== undefined) throw invalid(`${verb} shows nothing`);
  const uri = checkUri(order.uri, verb);
  if ((value?.length ?? 0) > MAX_COMMAND_VALUE) {
    throw invalid(`a value has at most ${MAX_COMMAND_VALUE} characters`);
  }
  if (verb === 'set' && value === undefined) throw invalid('set needs a value');
  if ((verb === 'copy') !== (order.source !== undefined))
    throw invalid('copy, and only copy, needs a source');
  const source = order.source === undefined ? undefined : checkUri(order.source, verb);
  return {
    uri,
    ...(source === undefined ? {} : { source }),
    ...(value === undefined ? {} : { value }),
    ...(format === undefined ? {} : { format }),
    ...(type === undefined ? {} : { type }),
    ...(correlator === undefined ? {} : { correlator }),
  };
}

function checkUri(uri: string | undefined, verb: PlainVerb): string {
  const climbs = (uri ?? '')
    .replace(/^\.\//, '')
    .split('/')
    .some((segment) => segment === '..' || segment === '.');
  if (uri === undefined || uri.length > MAX_URI || !URI.test(uri) || (climbs && uri !== '.')) {
    throw invalid('the URI is ./a/b with at most 255 characters and no blanks');
  }
  if (uri.includes('?list=') && verb !== 'get') throw invalid('?list= can only be read');
  if (uri.includes('?prop=') && verb !== 'get' && verb !== 'set') throw invalid('?prop= can be read and set');
  return uri;
}

/** protocol §5: the text, and for a choice what to choose from. */
function checkAlert({ alert, ...rest }: Fields): NonNullable<TreeOrder['alert']> {
  const { code, options = '', texts } = alert ?? { code: 0, texts: [] };
  if (rest.uri !== undefined || rest.value !== undefined) throw invalid('alert has neither URI nor value');
  if (code < 1100 || code > 1104) throw invalid('an alert is 1100, 1101, 1102, 1103 or 1104');
  const [text = '', ...choices] = texts;
  if (text === '' || texts.length > MAX_ALERT_TEXTS)
    throw invalid(`an alert has 1 to ${MAX_ALERT_TEXTS} texts`);
  if (CHOOSING.includes(code) !== choices.length > 0) {
    throw invalid('1103 and 1104, and only they, have choices after the text');
  }
  const characters = [options, ...texts].join('').length;
  if (characters > MAX_COMMAND_VALUE) throw invalid(`an alert has at most ${MAX_COMMAND_VALUE} characters`);
  return { code, options, texts };
}

function invalid(reason: string): FleetError {
  return new FleetError('command-invalid', reason);
}
