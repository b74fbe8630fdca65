import Type from 'typebox';
import type { ApiBootstrapRequest } from '../api.ts';
import { bootstrap } from '../bootstrap.ts';
import type { RestDeps } from '../deps.ts';
import type { RestApp } from '../rest-app.ts';
import { oneOf } from '../schema.ts';
import { bootstrapSchema } from '../schemas.ts';
import { answers, deviceParams } from './answers.ts';

const text = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }));

const requestSchema = Type.Unsafe<ApiBootstrapRequest>(
  Type.Object(
    {
      document: Type.Optional(oneOf('cp', 'dm')),
      security: Type.Optional(oneOf('userpin', 'netwpin', 'usernetwpin', 'userpinmac', 'none')),
      pin: text(16, 'Digits; made when absent.'),
      networkId: text(32, 'IMSI or ESN that the network and the device share.'),
      scheme: Type.Optional(oneOf('basic', 'md5', 'mac')),
      name: text(64, 'Name of the account as its user sees it.'),
      url: text(500, 'The DM endpoint; the public URL of this server unless given.'),
      init: Type.Optional(
        Type.Boolean({ description: 'Client provisioning asks for a session at once; default true.' }),
      ),
      rotate: Type.Optional(Type.Boolean({ description: 'Also when the device uses credentials already.' })),
      send: Type.Optional(Type.Boolean({ description: 'Push it to the wake address.' })),
      wake: text(512, 'Wake address to set.'),
      manufacturer: text(256, 'Of a device that is not known yet.'),
      model: text(256, 'Of a device that is not known yet.'),
    },
    { additionalProperties: false },
  ),
);

/** `POST /devices/:device/bootstrap`. */
export function registerBootstrapRoute(app: RestApp, deps: RestDeps): void {
  app.post(
    '/devices/:device/bootstrap',
    {
      schema: {
        tags: ['devices'],
        summary:
          'Make the account of a device, new or known, as a bootstrap document; secrets and PIN are shown in this answer only',
        operationId: 'bootstrapDevice',
        params: deviceParams,
        body: requestSchema,
        response: answers({ 201: bootstrapSchema }, 409, 422),
      },
    },
    async ({ params, body }, reply) => {
      const made = await bootstrap(deps, params.device, body);
      return reply.code(201).header('cache-control', 'no-store').send(made);
    },
  );
}
