import { Readable } from 'node:stream';
import Type from 'typebox';
import type { RestDeps } from '../deps.ts';
import { found, pageRequest, presentPage } from '../outcome.ts';
import { packageId } from '../package-id.ts';
import { presentPackage } from '../present.ts';
import type { RestApp } from '../rest-app.ts';
import { RestError } from '../rest-error.ts';
import { listQuery, type PageQuery, pageOf } from '../schema.ts';
import { packageSchema } from '../schemas.ts';
import { answers, idParams } from './answers.ts';

const tags = ['packages'];
const OCTETS = 'application/octet-stream';

/** Update packages: upload, publish, hold, remove. A package is named by its id or the first letters of it. */
export function registerPackageRoutes(app: RestApp, deps: RestDeps): void {
  registerUpload(app, deps);
  registerReading(app, deps);
  for (const verb of ['publish', 'hold'] as const) registerDeed(app, deps, verb);
  app.delete(
    '/packages/:id',
    {
      schema: {
        tags,
        summary: 'Remove a package that no open update uses',
        operationId: 'removePackage',
        params: idParams,
        response: answers({ 204: Type.Null() }, 404, 409),
      },
    },
    async ({ params }, reply) => {
      await deps.uploads.remove(await packageId(deps.store, params.id));
      return reply.code(204).send(null);
    },
  );
}

/** The body is never in memory whole: it goes to the artifact store as it comes, whose own limits bound it. */
function registerUpload(app: RestApp, deps: RestDeps): void {
  app.route({
    method: ['POST', 'PUT'],
    url: '/packages',
    schema: {
      tags,
      summary: 'Upload a signed package as octets; refused with the reason when anything is off',
      body: { content: { [OCTETS]: { schema: Type.Unknown({ description: 'The sealed package.' }) } } },
      querystring: Type.Unsafe<{ readonly publish?: boolean }>(
        Type.Object(
          { publish: Type.Optional(Type.Boolean({ description: 'Offer it at once; default true.' })) },
          { additionalProperties: false },
        ),
      ),
      response: answers({ 201: packageSchema }, 413, 415, 422),
    },
    handler: async ({ body, query, log }, reply) => {
      if (!(body instanceof Readable)) throw new RestError('media-type', `A package is sent as ${OCTETS}.`);
      const result = await deps.uploads.upload(body, query.publish !== false, log);
      if (!result.ok) throw new RestError('package-refused', result.reasons[0], result.reasons);
      return reply.code(201).send(presentPackage(result.record));
    },
  });
}

function registerReading(app: RestApp, { store }: RestDeps): void {
  app.get(
    '/packages',
    {
      schema: {
        tags,
        summary: 'List packages',
        operationId: 'listPackages',
        querystring: listQuery<PageQuery & { readonly model?: string }>({
          model: Type.Optional(Type.String({ maxLength: 256 })),
        }),
        response: answers({ 200: pageOf(packageSchema) }),
      },
    },
    async ({ query }) => {
      const { after, limit } = pageRequest('packages', query);
      const { model } = query;
      const records = (await store.packages())
        .map(({ record }) => record)
        .filter(
          ({ id, models }) =>
            (after === undefined || id > after) && (model === undefined || models.includes(model)),
        )
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      return presentPage('packages', records, limit, ({ id }) => id, presentPackage);
    },
  );
  app.get(
    '/packages/:id',
    {
      schema: {
        tags,
        summary: 'One package',
        operationId: 'getPackage',
        params: idParams,
        response: answers({ 200: packageSchema }, 404, 422),
      },
    },
    async ({ params }) => {
      const row = await store.package(await packageId(store, params.id));
      return presentPackage(found(row, 'package', params.id).record);
    },
  );
}

function registerDeed(app: RestApp, { store, fleet }: RestDeps, verb: 'publish' | 'hold'): void {
  app.post(
    `/packages/:id/${verb}`,
    {
      schema: {
        tags,
        summary: verb === 'publish' ? 'Offer a package to the devices it fits' : 'Offer it no longer',
        operationId: `${verb}Package`,
        params: idParams,
        response: answers({ 200: packageSchema }, 404, 409, 422),
      },
    },
    async ({ params }) =>
      presentPackage(await fleet.publishPackage(await packageId(store, params.id), verb === 'publish')),
  );
}
