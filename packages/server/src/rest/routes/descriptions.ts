import Type, { type TUnsafe } from 'typebox';
import { MAX_DESCRIPTION_BYTES, MAX_MODEL_NAME } from '../../fleet/limits.ts';
import type { DescriptionRow } from '../../store/port.ts';
import type { ApiDescription } from '../api.ts';
import type { RestDeps } from '../deps.ts';
import { found, pageRequest, presentPage } from '../outcome.ts';
import type { RestApp } from '../rest-app.ts';
import { RestError } from '../rest-error.ts';
import { listQuery, pageOf } from '../schema.ts';
import { descriptionSchema } from '../schemas.ts';
import { answers, idParams } from './answers.ts';

const tags = ['device descriptions'];
const TYPES = [
  'application/vnd.syncml.dmddf+xml',
  'application/vnd.syncml.dmddf+wbxml',
  'application/xml',
  'text/xml',
] as const;

interface Named {
  readonly manufacturer?: string;
  readonly model?: string;
}
const name = () => Type.Optional(Type.String({ minLength: 1, maxLength: MAX_MODEL_NAME }));
const namedSchema = Type.Unsafe<Named>(
  Type.Object({ manufacturer: name(), model: name() }, { additionalProperties: false }),
);
const octets: TUnsafe<Uint8Array> = Type.Unsafe<Uint8Array>(Type.String({ format: 'binary' }));

/** Device descriptions (DDF): what is known of a model's tree without asking its devices. */
export function registerDescriptionRoutes(app: RestApp, deps: RestDeps): void {
  app.addContentTypeParser([...TYPES], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  registerUpload(app, deps);
  registerReading(app, deps);
  app.delete(
    '/descriptions/:id',
    {
      schema: {
        tags,
        summary: 'Forget the description of a model',
        operationId: 'removeDescription',
        params: idParams,
        response: answers({ 204: Type.Null() }, 404),
      },
    },
    async ({ params }, reply) => {
      if (!(await deps.fleet.removeDescription(params.id))) {
        throw new RestError('not-found', `There is no description ${params.id}.`);
      }
      return reply.code(204).send(null);
    },
  );
}

function registerUpload(app: RestApp, { fleet }: RestDeps): void {
  const schema = { schema: Type.Unknown({ description: 'OMA DM device description, VerDTD 1.1.2 or 1.2.' }) };
  app.post(
    '/descriptions',
    {
      bodyLimit: MAX_DESCRIPTION_BYTES,
      schema: {
        tags,
        summary:
          'Put or replace the description of a model; Man and Mod of the file name it, or the query does',
        operationId: 'putDescription',
        body: { content: Object.fromEntries(TYPES.map((type) => [type, schema])) },
        querystring: namedSchema,
        response: answers({ 201: descriptionSchema }, 413, 415, 422),
      },
    },
    async ({ body, query }, reply) => {
      if (!(body instanceof Uint8Array)) {
        throw new RestError('media-type', `A description is sent as ${TYPES.join(', ')}.`);
      }
      const { warnings, ...row } = await fleet.addDescription({ document: body, ...query });
      return reply.code(201).send({ ...presentDescription(row), warnings });
    },
  );
}

function registerReading(app: RestApp, { store }: RestDeps): void {
  app.get(
    '/descriptions',
    {
      schema: {
        tags,
        summary: 'List the models that are described',
        operationId: 'listDescriptions',
        querystring: listQuery(),
        response: answers({ 200: pageOf(descriptionSchema) }),
      },
    },
    async ({ query }) => {
      const { after, limit } = pageRequest('descriptions', query);
      const rows = (await store.descriptions())
        .filter(({ id }) => after === undefined || id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      return presentPage('descriptions', rows, limit, ({ id }) => id, presentDescription);
    },
  );
  app.get(
    '/descriptions/:id/ddf',
    {
      schema: {
        tags,
        summary: 'The file as it was uploaded',
        operationId: 'getDescriptionFile',
        params: idParams,
        produces: ['application/octet-stream'],
        response: answers({ 200: octets }, 404),
      },
    },
    async ({ params }, reply) => {
      const document = found(await store.descriptionDocument(params.id), 'description', params.id);
      reply.type('application/octet-stream').header('content-disposition', 'attachment');
      return reply.header('x-content-type-options', 'nosniff').send(Buffer.from(document));
    },
  );
}

function presentDescription({ id, manufacturer, model, summary, addedAt }: DescriptionRow): ApiDescription {
  return {
    id,
    manufacturer,
    model,
    roots: summary.roots.map(({ path, always, nodes }) => ({
      uri: ['.', ...path.map((part) => part || '*')].join('/'),
      always,
      operations: [
        ...(nodes.download ? ['Download'] : []),
        ...(nodes.update ? ['Update'] : []),
        ...(nodes.pkgData ? ['Update/PkgData'] : []),
        ...(nodes.downloadAndUpdate ? ['DownloadAndUpdate'] : []),
      ],
    })),
    largeObjects: summary.largeObjects,
    addedAt: new Date(addedAt).toISOString(),
  };
}
