import { deviceKey } from '@fumarole/dm/objects';
import Type from 'typebox';
import type { DeviceFilter } from '../../store/port.ts';
import type { WakeOrder } from '../../wake/channel.ts';
import { MAX_WAKE_ADDRESS } from '../../wake/limits.ts';
import { WAKE_ADDRESS_PATTERN } from '../../wake/wake-address.ts';
import type { ApiDeviceDetail, ApiProvisionRequest } from '../api.ts';
import type { RestDeps } from '../deps.ts';
import {
  changeDevice,
  type DeviceChange,
  provision,
  removeDevice,
  wakeDevice,
} from '../device-operations.ts';
import { found, pageRequest, presentPage } from '../outcome.ts';
import { presentDevice, presentDeviceDetail } from '../present.ts';
import type { RestApp } from '../rest-app.ts';
import { identifier, listQuery, oneOf, type PageQuery, pageOf } from '../schema.ts';
import {
  deviceDetailSchema,
  deviceSchema,
  offerSchema,
  operationSchema,
  provisionedSchema,
  schemeSchema,
  viaSchema,
} from '../schemas.ts';
import { answers, deviceParams } from './answers.ts';

const tags = ['devices'];
const wakeSchema = Type.String({
  pattern: `^$|${WAKE_ADDRESS_PATTERN}`,
  maxLength: MAX_WAKE_ADDRESS,
  description:
    'Where package 0 reaches the device: `udp:host:port`, `tel:+number`, `pap:WAPPUSH=…`, or the URL of a listener; empty: nowhere.',
});
const wakeOrderSchema = Type.Unsafe<WakeOrder>(
  Type.Object(
    {
      uiMode: Type.Optional(oneOf('none', 'background', 'informative', 'interactive')),
      initiator: Type.Optional(oneOf('server', 'client')),
    },
    {
      additionalProperties: false,
      description:
        'How the device shall treat it: silently (default `background`), telling its user, or asking first. `initiator: client` says that a user asked for it.',
    },
  ),
);
const profileSchema = Type.String({
  maxLength: 64,
  description: 'Device profile; empty: recognised by the server.',
});

const provisionSchema = Type.Unsafe<ApiProvisionRequest>(
  Type.Object(
    {
      id: identifier('DevId, as the device sends it in SyncHdr Source.'),
      clientScheme: Type.Optional(schemeSchema),
      clientName: Type.Optional(identifier('User name of the device; its id unless given.')),
      clientSecret: Type.Optional(
        Type.String({ minLength: 1, maxLength: 256, description: 'Made when absent.' }),
      ),
      serverScheme: Type.Optional(schemeSchema),
      serverName: Type.Optional(identifier('User name of the server.')),
      serverSecret: Type.Optional(
        Type.String({ minLength: 1, maxLength: 256, description: 'Made when absent.' }),
      ),
      manufacturer: Type.Optional(Type.String({ maxLength: 256 })),
      model: Type.Optional(Type.String({ maxLength: 256 })),
      wake: Type.Optional(wakeSchema),
      profile: Type.Optional(profileSchema),
      offer: Type.Optional(offerSchema),
    },
    { additionalProperties: false },
  ),
);

const changeSchema = Type.Unsafe<DeviceChange>(
  Type.Object(
    {
      offer: Type.Optional(offerSchema),
      via: Type.Optional(viaSchema),
      operation: Type.Optional(operationSchema),
      profile: Type.Optional(profileSchema),
      plainSchemes: Type.Optional(
        Type.Array(oneOf('basic', 'md5'), {
          maxItems: 2,
          description:
            'Taken from this device without TLS, besides auth-MAC. What it says is then marked weak.',
        }),
      ),
      wake: Type.Optional(wakeSchema),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
);

/** Devices: read, admit, change, remove. */
export function registerDeviceRoutes(app: RestApp, deps: RestDeps): void {
  registerReading(app, deps);
  registerAdmission(app, deps);
  registerDeeds(app, deps);
}

function registerReading(app: RestApp, deps: RestDeps): void {
  const filters = {
    search: Type.Optional(Type.String({ maxLength: 256, description: 'Part of the id.' })),
    manufacturer: Type.Optional(Type.String({ maxLength: 256 })),
    model: Type.Optional(Type.String({ maxLength: 256 })),
    state: Type.Optional(Type.String({ maxLength: 32, description: 'State of the present update.' })),
    quarantined: Type.Optional(Type.Boolean()),
  };
  app.get(
    '/devices',
    {
      schema: {
        tags,
        summary: 'List devices',
        operationId: 'listDevices',
        querystring: listQuery<PageQuery & DeviceFilter>(filters),
        response: answers({ 200: pageOf(deviceSchema) }),
      },
    },
    async ({ query }) => {
      const { cursor: _cursor, limit: _limit, ...filter } = query;
      const { after, limit } = pageRequest('devices', query);
      const rows = await deps.store.devices(filter, { after, limit: limit + 1 });
      return presentPage('devices', rows, limit, ({ key }) => key, presentDevice);
    },
  );
  app.get(
    '/devices/:device',
    {
      schema: {
        tags,
        summary: 'Everything known of a device',
        operationId: 'getDevice',
        params: deviceParams,
        response: answers({ 200: deviceDetailSchema }, 404),
      },
    },
    async ({ params }) => detail(deps, params.device),
  );
}

function registerAdmission(app: RestApp, deps: RestDeps): void {
  app.post(
    '/devices',
    {
      schema: {
        tags,
        summary: 'Admit a device; its secrets are shown in this answer only',
        operationId: 'provisionDevice',
        body: provisionSchema,
        response: answers({ 201: provisionedSchema }, 409, 422),
      },
    },
    async ({ body }, reply) => {
      const made = await provision(deps, body);
      return reply.code(201).header('cache-control', 'no-store').send(made);
    },
  );
  app.patch(
    '/devices/:device',
    {
      schema: {
        tags,
        summary: 'Change policy, profile or wake address',
        operationId: 'changeDevice',
        params: deviceParams,
        body: changeSchema,
        response: answers({ 200: deviceDetailSchema }, 404, 422),
      },
    },
    async ({ params, body }) => {
      await changeDevice(deps, params.device, body);
      return detail(deps, params.device);
    },
  );
  app.post(
    '/devices/:device/credentials',
    {
      schema: {
        tags,
        summary: 'Make new credentials; shown in this answer only',
        operationId: 'rotateCredentials',
        params: deviceParams,
        response: answers({ 200: provisionedSchema }, 404, 409),
      },
    },
    async ({ params }, reply) => {
      const { id } = await deps.fleet.device(params.device);
      const credentials = await deps.credentials.issue(id, {});
      return reply.header('cache-control', 'no-store').send({ id, credentials });
    },
  );
  app.delete(
    '/devices/:device',
    {
      schema: {
        tags,
        summary: 'Forget a device and its credentials',
        operationId: 'removeDevice',
        params: deviceParams,
        response: answers({ 204: Type.Null() }, 404, 409),
      },
    },
    async ({ params }, reply) => {
      await removeDevice(deps, params.device);
      return reply.code(204).send(null);
    },
  );
}

function registerDeeds(app: RestApp, deps: RestDeps): void {
  app.post(
    '/devices/:device/release',
    {
      schema: {
        tags,
        summary: 'End the quarantine of a device',
        operationId: 'releaseDevice',
        params: deviceParams,
        response: answers({ 200: deviceDetailSchema }, 404, 409),
      },
    },
    async ({ params }) => {
      await deps.fleet.clearQuarantine(params.device);
      return detail(deps, params.device);
    },
  );
  app.post(
    '/devices/:device/wake',
    {
      // A wake without any wishes needs no body.
      preValidation: async (request) => {
        request.body ??= {};
      },
      schema: {
        tags,
        summary: 'Send package 0: the device contacts the server',
        operationId: 'wakeDevice',
        params: deviceParams,
        body: wakeOrderSchema,
        response: answers({ 202: Type.Object({ device: Type.String() }) }, 404, 409, 422),
      },
    },
    async ({ params, body }, reply) => {
      await wakeDevice(deps, params.device, body);
      return reply.code(202).send({ device: params.device });
    },
  );
  app.post(
    '/credentials/reseal',
    {
      schema: {
        tags,
        summary: 'Seal all device credentials with the newest key of the key file',
        operationId: 'resealCredentials',
        response: answers({ 200: Type.Object({ resealed: Type.Integer() }) }),
      },
    },
    async () => ({ resealed: await deps.credentials.reseal() }),
  );
}

async function detail({ store }: RestDeps, id: string): Promise<ApiDeviceDetail> {
  return presentDeviceDetail(found(await store.device(deviceKey(id)), 'device', id));
}
