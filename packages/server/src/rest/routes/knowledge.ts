import { deviceKey } from '@fumarole/dm/objects';
import Type from 'typebox';
import type { RestDeps } from '../deps.ts';
import { found, pageRequest, presentPage } from '../outcome.ts';
import { presentNode, presentTimeline, presentWhy } from '../present.ts';
import type { RestApp } from '../rest-app.ts';
import { RestError } from '../rest-error.ts';
import { listQuery, oneOf, type PageQuery, pageOf } from '../schema.ts';
import { nodeSchema, timelineSchema, whySchema } from '../schemas.ts';
import { answers, deviceParams } from './answers.ts';

const tags = ['devices'];

/** What is known of a device: its tree as last reported, its history, and the reason for what comes next. */
export function registerKnowledgeRoutes(app: RestApp, deps: RestDeps): void {
  registerTree(app, deps);
  registerTimeline(app, deps);
  app.get(
    '/devices/:device/why',
    {
      schema: {
        tags,
        summary: 'What the server will do with this device, and why',
        operationId: 'whyDevice',
        params: deviceParams,
        response: answers({ 200: whySchema }, 404),
      },
    },
    async ({ params }) => presentWhy(await deps.fleet.why(params.device)),
  );
}

function registerTree(app: RestApp, { store }: RestDeps): void {
  const filters = {
    uri: Type.Optional(Type.String({ maxLength: 1024, description: 'Only this node and those below.' })),
  };
  app.get(
    '/devices/:device/tree',
    {
      schema: {
        tags,
        summary: 'Node values as the device last reported them',
        operationId: 'listNodes',
        params: deviceParams,
        querystring: listQuery<PageQuery & { readonly uri?: string }>(filters),
        response: answers({ 200: pageOf(nodeSchema) }, 404),
      },
    },
    async ({ params, query }) => {
      const { record } = found(await store.device(deviceKey(params.device)), 'device', params.device);
      const { after, limit } = pageRequest('tree', query);
      const nodes = Object.entries(record.nodes)
        .filter(([uri]) => isBelow(uri, query.uri) && (after === undefined || uri > after))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      return presentPage(
        'tree',
        nodes,
        limit,
        ([uri]) => uri,
        ([uri, read]) => presentNode(uri, read),
      );
    },
  );
}

function registerTimeline(app: RestApp, { store }: RestDeps): void {
  app.get(
    '/devices/:device/timeline',
    {
      schema: {
        tags,
        summary: 'What happened to a device',
        operationId: 'listTimeline',
        params: deviceParams,
        querystring: listQuery<PageQuery & { readonly order?: 'oldest' | 'newest' }>({
          order: Type.Optional(oneOf('oldest', 'newest')),
        }),
        response: answers({ 200: pageOf(timelineSchema) }, 404),
      },
    },
    async ({ params, query }) => {
      const key = deviceKey(params.device);
      found(await store.device(key), 'device', params.device);
      const newest = query.order === 'newest';
      const listing = newest ? 'timeline-newest' : 'timeline';
      const { after, limit } = pageRequest(listing, query);
      const place = sequenceOf(after) ?? (newest ? Number.MAX_SAFE_INTEGER : 0);
      const rows = await store.timeline(key, {
        ...(newest ? { before: place } : { after: place }),
        limit: limit + 1,
      });
      const ordered = newest ? rows.toReversed() : rows;
      return presentPage(listing, ordered, limit, ({ sequence }) => String(sequence), presentTimeline);
    },
  );
}

function sequenceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const sequence = Number(text);
  if (!Number.isSafeInteger(sequence)) throw new RestError('bad-cursor');
  return sequence;
}

function isBelow(uri: string, root: string | undefined): boolean {
  return root === undefined || uri === root || uri.startsWith(`${root.replace(/\/$/, '')}/`);
}
