import { randomBytes } from 'node:crypto';
import { deviceKey } from '@fumarole/dm/objects';
import Type, { type TUnsafe } from 'typebox';
import type { RestDeps } from '../deps.ts';
import { found } from '../outcome.ts';
import { packageId } from '../package-id.ts';
import type { RestApp } from '../rest-app.ts';
import { identifier } from '../schema.ts';
import { answers, idParams } from './answers.ts';

interface LinkOrder {
  readonly device: string;
  readonly descriptor?: boolean;
}

const linkOrder: TUnsafe<LinkOrder> = Type.Unsafe(
  Type.Object({
    device: identifier('DevId of the device that may use it.'),
    descriptor: Type.Optional(Type.Boolean({ description: 'Link to a download descriptor.' })),
  }),
);
const linkSchema = Type.Object({
  url: Type.String({ description: 'Expires; bound to the device and the package.' }),
});

/** A download link outside any update, for a device that is to fetch the package by itself (flow 5.4.4.2). */
export function registerPackageLinkRoutes(app: RestApp, { store, urls }: RestDeps): void {
  app.post(
    '/packages/:id/links',
    {
      schema: {
        tags: ['packages'],
        summary: 'Make a download link to a package for one device',
        operationId: 'linkPackage',
        params: idParams,
        body: linkOrder,
        response: answers({ 201: linkSchema }, 404),
      },
    },
    async ({ params, body }, reply) => {
      const id = await packageId(store, params.id);
      const { record } = found(await store.package(id), 'package', id);
      const device = found(await store.device(deviceKey(body.device)), 'device', body.device);
      const attempt = `link-${randomBytes(6).toString('hex')}`;
      const make = body.descriptor === true ? urls.descriptor : urls.package;
      return reply.code(201).send({ url: make(device.record.id, attempt, record) });
    },
  );
}
