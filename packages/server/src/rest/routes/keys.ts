import Type from 'typebox';
import type { RestDeps } from '../deps.ts';
import { pageRequest, presentPage } from '../outcome.ts';
import { presentKey } from '../present.ts';
import { publisherKeyId, readPublicKey } from '../publisher-key.ts';
import type { RestApp } from '../rest-app.ts';
import { RestError } from '../rest-error.ts';
import { listQuery, pageOf } from '../schema.ts';
import { publisherKeySchema } from '../schemas.ts';
import { answers, idParams } from './answers.ts';

const tags = ['publisher keys'];

/** Publisher keys: whose packages are taken. */
export function registerKeyRoutes(app: RestApp, { store, now }: RestDeps): void {
  app.get(
    '/publisher-keys',
    {
      schema: {
        tags,
        summary: 'List the publishers whose packages are taken',
        operationId: 'listPublisherKeys',
        querystring: listQuery(),
        response: answers({ 200: pageOf(publisherKeySchema) }),
      },
    },
    async ({ query }) => {
      const { after, limit } = pageRequest('keys', query);
      const rows = (await store.publisherKeys())
        .filter(({ id }) => after === undefined || id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      return presentPage('keys', rows, limit, ({ id }) => id, presentKey);
    },
  );
  app.post(
    '/publisher-keys',
    {
      schema: {
        tags,
        summary: 'Trust a publisher',
        operationId: 'addPublisherKey',
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 128 }),
            publicKey: Type.String({ minLength: 1, maxLength: 4096, description: 'Ed25519, base64 or PEM.' }),
          },
          { additionalProperties: false },
        ),
        response: answers({ 201: publisherKeySchema }, 409, 422),
      },
    },
    async ({ body }, reply) => {
      const raw = readPublicKey(body.publicKey);
      const id = publisherKeyId(raw);
      const row = { id, name: body.name, publicKey: Buffer.from(raw).toString('base64'), addedAt: now() };
      const before = (await store.publisherKeys()).find((key) => key.id === id);
      if (before !== undefined)
        throw new RestError('exists', `This key is there already, as ${before.name}.`);
      await store.putPublisherKey(row);
      return reply.code(201).send(presentKey(row));
    },
  );
  app.delete(
    '/publisher-keys/:id',
    {
      schema: {
        tags,
        summary: 'Trust a publisher no longer; packages already there stay',
        operationId: 'removePublisherKey',
        params: idParams,
        response: answers({ 204: Type.Null() }, 404),
      },
    },
    async ({ params }, reply) => {
      if (!(await store.removePublisherKey(params.id)))
        throw new RestError('not-found', `There is no key ${params.id}.`);
      return reply.code(204).send(null);
    },
  );
}
