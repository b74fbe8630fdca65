import { deviceKey } from '@fumarole/dm/objects';
import type { Update } from '@fumarole/fumo/server';
import Type from 'typebox';
import { FleetError } from '../../fleet/fleet.ts';
import type { ApiUpdate, ApiUpdateRequest, ApiUpdatesCreated } from '../api.ts';
import { encodeCursor } from '../cursor.ts';
import type { RestDeps } from '../deps.ts';
import { wakeDevice } from '../device-operations.ts';
import { MAX_UPDATE_DEVICES } from '../limits.ts';
import { found, type PageAnswer, pageRequest, presentPage } from '../outcome.ts';
import { packageId } from '../package-id.ts';
import { parseUpdateId, presentUpdate, updatesOf } from '../present.ts';
import type { RestApp } from '../rest-app.ts';
import { RestError } from '../rest-error.ts';
import { identifier, listQuery, type PageQuery, pageOf } from '../schema.ts';
import { operationSchema, updateSchema, updatesCreatedSchema, viaSchema } from '../schemas.ts';
import { answers, idParams } from './answers.ts';

const tags = ['updates'];

const requestSchema = Type.Unsafe<ApiUpdateRequest>(
  Type.Object(
    {
      device: Type.Optional(identifier('One device.')),
      devices: Type.Optional(
        Type.Array(identifier('A device.'), {
          minItems: 1,
          maxItems: MAX_UPDATE_DEVICES,
          description: 'Or several.',
        }),
      ),
      package: Type.Optional(
        identifier('Package, by id or its first letters; the best that fits when absent.'),
      ),
      via: Type.Optional(viaSchema),
      operation: Type.Optional(operationSchema),
      wake: Type.Optional(Type.Boolean({ description: 'Send package 0 at once.' })),
    },
    { additionalProperties: false },
  ),
);

interface UpdateQuery extends PageQuery {
  readonly device?: string;
  readonly state?: string;
  readonly package?: string;
}

/** Updates: ask for them, follow them, cancel them. */
export function registerUpdateRoutes(app: RestApp, deps: RestDeps): void {
  registerCreate(app, deps);
  const filters = {
    device: Type.Optional(
      identifier('All updates of this device, newest first; without it the present one of each.'),
    ),
    state: Type.Optional(Type.String({ maxLength: 32 })),
    package: Type.Optional(identifier('Only to this package.')),
  };
  app.get(
    '/updates',
    {
      schema: {
        tags,
        summary: 'List the present update of each device, or all that are kept of one, newest first',
        operationId: 'listUpdates',
        querystring: listQuery<UpdateQuery>(filters),
        response: answers({ 200: pageOf(updateSchema) }),
      },
    },
    async ({ query }) =>
      query.device === undefined ? ofFleet(deps, query) : ofDevice(deps, query.device, query),
  );
  app.get(
    '/updates/:id',
    {
      schema: {
        tags,
        summary: 'One update',
        operationId: 'getUpdate',
        params: idParams,
        response: answers({ 200: updateSchema }, 404),
      },
    },
    async ({ params }) => lookUp(deps, params.id),
  );
  app.post(
    '/updates/:id/cancel',
    {
      schema: {
        tags,
        summary: 'Cancel an update that the device has not accepted yet',
        operationId: 'cancelUpdate',
        params: idParams,
        response: answers({ 200: updateSchema }, 404, 409),
      },
    },
    async ({ params }) => {
      const { id, device } = await lookUp(deps, params.id);
      const { update: present } = await deps.fleet.device(device);
      if (present?.id !== parseUpdateId(id)?.update) throw new RestError('conflict', `${params.id} is over.`);
      return presentUpdate(device, await deps.fleet.cancelUpdate(device));
    },
  );
}

function registerCreate(app: RestApp, deps: RestDeps): void {
  app.post(
    '/updates',
    {
      schema: {
        tags,
        summary: 'Ask for an update of one or several devices',
        operationId: 'createUpdates',
        body: requestSchema,
        response: answers({ 201: updatesCreatedSchema }, 404, 409, 422),
      },
    },
    async ({ body }, reply) => {
      const devices = [
        ...new Set([...(body.device === undefined ? [] : [body.device]), ...(body.devices ?? [])]),
      ];
      if (devices.length === 0) throw new RestError('bad-request', 'Name a device, or several.');
      const answer = await requestAll(deps, devices, body);
      return reply.code(201).send(answer);
    },
  );
}

async function requestAll(
  deps: RestDeps,
  devices: readonly string[],
  body: ApiUpdateRequest,
): Promise<ApiUpdatesCreated> {
  const { via, operation } = body;
  const named = body.package === undefined ? {} : { package: await packageId(deps.store, body.package) };
  const wanted = { via, operation, ...named };
  const created: ApiUpdate[] = [];
  const refused: { device: string; code: string; reason: string }[] = [];
  const notWoken: { device: string; reason: string }[] = [];
  for (const device of devices) {
    try {
      const update = await deps.fleet.requestUpdate({ device, ...wanted });
      created.push(presentUpdate(device, update));
      const failure = body.wake === true ? await wakeFailure(deps, device) : undefined;
      if (failure !== undefined) notWoken.push({ device, reason: failure });
    } catch (error) {
      // One device: its refusal is the answer. Several: each is told apart.
      if (devices.length === 1 || !(error instanceof FleetError)) throw error;
      refused.push({ device, code: error.code, reason: error.message });
    }
  }
  return { created, refused, notWoken };
}

/** The update stands even when the device cannot be woken: it learns of it at its next contact. */
async function wakeFailure(deps: RestDeps, device: string): Promise<string | undefined> {
  try {
    await wakeDevice(deps, device);
    return undefined;
  } catch (error) {
    if (error instanceof RestError) return error.message;
    throw error;
  }
}

async function lookUp({ store }: RestDeps, id: string): Promise<ApiUpdate> {
  const parsed = parseUpdateId(id);
  const row = parsed === undefined ? undefined : await store.device(deviceKey(parsed.device));
  const update = row === undefined ? undefined : updatesOf(row.record).find((u) => u.id === parsed?.update);
  return presentUpdate(row?.record.id ?? '', found(update, 'update', id));
}

async function ofDevice(
  { store }: RestDeps,
  device: string,
  query: UpdateQuery,
): Promise<PageAnswer<ApiUpdate>> {
  const { after, limit } = pageRequest('updates', query);
  const { record } = found(await store.device(deviceKey(device)), 'device', device);
  const all = updatesOf(record).filter((update) => matches(update, query));
  const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  return presentPage(
    'updates',
    all.slice(start),
    limit,
    ({ id }) => id,
    (update) => presentUpdate(record.id, update),
  );
}

/** Devices read at once when updates are listed, and how many such reads one request may cost. */
const SCAN = 500;
const MAX_SCANS = 20;

/** Found by the index on state; a package filter reads on, a bounded way, so that a page may be short and yet have a next. */
async function ofFleet({ store }: RestDeps, query: UpdateQuery): Promise<PageAnswer<ApiUpdate>> {
  const { after, limit } = pageRequest('updates-fleet', query);
  const filter = query.state === undefined ? {} : { state: query.state };
  const items: ApiUpdate[] = [];
  let place = after;
  for (let scan = 0; scan < MAX_SCANS; scan += 1) {
    const batch = await store.devices(filter, { after: place, limit: SCAN });
    for (const { key, record } of batch) {
      if (items.length === limit) return { items, next: encodeCursor('updates-fleet', place ?? '') };
      place = key;
      if (record.update === undefined || !matches(record.update, query)) continue;
      items.push(presentUpdate(record.id, record.update));
    }
    if (batch.length < SCAN) return { items };
  }
  return { items, next: encodeCursor('updates-fleet', place ?? '') };
}

function matches(update: Update, query: UpdateQuery): boolean {
  if (query.state !== undefined && update.state !== query.state) return false;
  return query.package === undefined || update.packageId?.startsWith(query.package) === true;
}
