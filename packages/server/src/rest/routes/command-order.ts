/** The schema of an order for a device's tree; what the verbs need of it is the fleet's business. */
import { MAX_ALERT_TEXTS, MAX_COMMAND_VALUE, MAX_STEPS } from '@fumarole/fumo/server';
import Type, { type TUnsafe } from 'typebox';
import type { ApiTreeCommandRequest } from '../api.ts';
import { oneOf } from '../schema.ts';

const uri = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 255, description }));

const fields = {
  uri: uri('Node, from the root: `./DevDetail/FwV`; of a copy, where the value goes.'),
  value: Type.Optional(
    Type.String({ maxLength: MAX_COMMAND_VALUE, description: 'base64 text when the format is b64 or bin.' }),
  ),
  format: Type.Optional(
    Type.String({ maxLength: 32, description: 'chr, int, bool, b64, bin, node, null, xml …' }),
  ),
  type: Type.Optional(Type.String({ maxLength: 256, description: 'Media type of the value.' })),
  correlator: Type.Optional(
    Type.String({ maxLength: 64, description: 'Of an exec; comes back in its result.' }),
  ),
  source: uri('Of a copy: where the value comes from.'),
  alert: Type.Optional(
    Type.Object(
      {
        code: Type.Integer({
          minimum: 1100,
          maximum: 1104,
          description: '1100 display, 1101 confirm, 1102 text, 1103 one choice, 1104 several choices.',
        }),
        options: Type.Optional(
          Type.String({ maxLength: 1024, description: '`MINDT=10&MAXDT=60&DR=1`; also MAXLEN, IT, ET.' }),
        ),
        texts: Type.Array(Type.String({ maxLength: 2048 }), {
          minItems: 1,
          maxItems: MAX_ALERT_TEXTS,
          description: 'The text, then the choices.',
        }),
      },
      { additionalProperties: false, description: 'Of an alert: what the user is shown or asked.' },
    ),
  ),
};

const step = Type.Object(
  { verb: oneOf('get', 'set', 'add', 'delete', 'copy', 'exec', 'alert'), ...fields },
  { additionalProperties: false },
);

export const commandOrderSchema: TUnsafe<ApiTreeCommandRequest> = Type.Unsafe<ApiTreeCommandRequest>(
  Type.Object(
    {
      verb: oneOf('get', 'set', 'add', 'delete', 'copy', 'exec', 'alert', 'sequence', 'atomic'),
      ...fields,
      commands: Type.Optional(
        Type.Array(step, {
          minItems: 1,
          maxItems: MAX_STEPS,
          description: 'Of a sequence (in order) or an atomic (in order, all or nothing).',
        }),
      ),
    },
    { additionalProperties: false },
  ),
);
