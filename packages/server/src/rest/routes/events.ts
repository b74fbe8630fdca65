import { deviceKey } from '@fumarole/dm/objects';
import Type from 'typebox';
import { streamEvents } from '../../events/event-stream.ts';
import type { RestDeps } from '../deps.ts';
import { EVENT_BATCH, HEARTBEAT_MS, MAX_STREAMS, STREAM_STALL_MS } from '../limits.ts';
import type { RestApp } from '../rest-app.ts';
import { RestError } from '../rest-error.ts';
import { identifier } from '../schema.ts';
import { answers } from './answers.ts';

interface EventsQuery {
  readonly device?: string;
  readonly type?: string;
  readonly after?: number;
}

const querySchema = Type.Unsafe<EventsQuery>(
  Type.Object(
    {
      device: Type.Optional(identifier('Only of this device.')),
      type: Type.Optional(
        Type.String({ maxLength: 256, description: 'Only these types, separated by commas.' }),
      ),
      after: Type.Optional(
        Type.Integer({ minimum: 0, description: 'Begin after this sequence; Last-Event-ID wins over it.' }),
      ),
    },
    { additionalProperties: false },
  ),
);

/** Live events by SSE: `id` is the sequence, so a reader that comes back with Last-Event-ID loses and repeats nothing. */
export function registerEventRoutes(app: RestApp, { feed, metrics }: RestDeps): void {
  let open = 0;
  app.get(
    '/events',
    {
      schema: {
        tags: ['events'],
        summary: 'Live events as Server-Sent Events, resumed with Last-Event-ID',
        operationId: 'streamEvents',
        querystring: querySchema,
        headers: Type.Unsafe<{ readonly 'last-event-id'?: string }>(
          Type.Object({ 'last-event-id': Type.Optional(Type.String({ pattern: '^\\d{1,16}$' })) }),
        ),
        produces: ['text/event-stream'],
        response: answers({ 200: Type.String({ description: 'A text/event-stream.' }) }, 429),
      },
    },
    async ({ query, headers }, reply) => {
      if (open >= MAX_STREAMS) throw new RestError('too-many-streams');
      const resumed = headers['last-event-id'];
      const gone = new AbortController();
      reply.hijack();
      const out = reply.raw;
      out.once('close', () => gone.abort());
      // X-Accel-Buffering: nginx in between would hold events back otherwise.
      out.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      open += 1;
      metrics.streams(open);
      try {
        await streamEvents(out, {
          feed,
          filter: {
            device: query.device === undefined ? undefined : deviceKey(query.device),
            types: query.type?.split(',').filter((type) => type !== ''),
          },
          after: resumed === undefined ? query.after : Number(resumed),
          batch: EVENT_BATCH,
          heartbeatMs: HEARTBEAT_MS,
          stallMs: STREAM_STALL_MS,
          signal: gone.signal,
        });
      } catch (error) {
        // The head is out: nothing can be said but good-bye; the reader resumes by its last id.
        reply.log.error({ err: error }, 'event stream failed');
      } finally {
        open -= 1;
        metrics.streams(open);
        out.end();
      }
    },
  );
}
