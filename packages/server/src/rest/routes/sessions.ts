import { deviceKey } from '@fumarole/dm/objects';
import { type SyncMLMessage, toXmlText } from '@fumarole/syncml';
import Type from 'typebox';
import { renderTrace, type TracedMessage } from '../../observe/render-trace.ts';
import type { Store } from '../../store/port.ts';
import type { TraceRow, TraceSessionRow } from '../../store/trace-port.ts';
import type { ApiSession, ApiSessionDetail, ApiTraceMessage } from '../api.ts';
import type { RestDeps } from '../deps.ts';
import { found, pageRequest, presentPage } from '../outcome.ts';
import type { RestApp } from '../rest-app.ts';
import { identifier, listQuery, type PageQuery, pageOf } from '../schema.ts';
import { sessionDetailSchema, sessionSchema } from '../schemas.ts';
import { answers, idParams } from './answers.ts';

const tags = ['sessions'];

/** DM sessions as they were kept: who spoke, what was said. */
export function registerSessionRoutes(app: RestApp, { store }: RestDeps): void {
  app.get(
    '/sessions',
    {
      schema: {
        tags,
        summary: 'List sessions, newest first',
        operationId: 'listSessions',
        querystring: listQuery<PageQuery & { readonly device?: string }>({
          device: Type.Optional(identifier('Only of this device.')),
        }),
        response: answers({ 200: pageOf(sessionSchema) }),
      },
    },
    async ({ query }) => {
      await store.traces.flush();
      const { after, limit } = pageRequest('sessions', query);
      const rows = await store.traces.sessions({
        ...(query.device === undefined ? {} : { key: deviceKey(query.device) }),
        ...(after === undefined ? {} : { before: after }),
        limit: limit + 1,
      });
      const names = await deviceNames(store, rows.slice(0, limit));
      return presentPage(
        'sessions',
        rows,
        limit,
        ({ id }) => id,
        (row) => presentSession(row, names),
      );
    },
  );
  app.get(
    '/sessions/:id',
    {
      schema: {
        tags,
        summary: 'One session: its messages, decoded and redacted, and the exchange explained',
        operationId: 'getSession',
        params: idParams,
        response: answers({ 200: sessionDetailSchema }, 404),
      },
    },
    async ({ params }): Promise<ApiSessionDetail> => {
      await store.traces.flush();
      const summary = found(await store.traces.session(params.id), 'session', params.id);
      const names = await deviceNames(store, [summary]);
      const messages = (await store.traces.messages(params.id)).map(traced);
      return {
        ...presentSession(summary, names),
        transcript: renderTrace(messages),
        trace: messages.map(presentMessage),
      };
    },
  );
}

/** Ids of the devices by key, as the devices send them; one that is gone keeps its key. */
async function deviceNames(
  store: Store,
  rows: readonly TraceSessionRow[],
): Promise<ReadonlyMap<string, string>> {
  const keys = [...new Set(rows.flatMap(({ key }) => (key === undefined ? [] : [key])))];
  const found = await Promise.all(keys.map((key) => store.device(key)));
  return new Map(keys.map((key, i) => [key, found[i]?.record.id ?? key]));
}

function presentSession(
  { id, key, startedAt, lastAt, messages }: TraceSessionRow,
  names: ReadonlyMap<string, string>,
): ApiSession {
  return {
    id,
    ...(key === undefined ? {} : { device: names.get(key) ?? key }),
    startedAt: new Date(startedAt).toISOString(),
    lastAt: new Date(lastAt).toISOString(),
    messages,
  };
}

function traced({ message, ...row }: TraceRow): TracedMessage {
  return message === undefined ? row : { ...row, message: JSON.parse(message) as SyncMLMessage };
}

function presentMessage({
  at,
  message,
  from,
  encoding,
  bytes,
  status,
  outcome,
}: TracedMessage): ApiTraceMessage {
  const xml = message === undefined ? {} : { xml: toXmlText(message) };
  return { at: new Date(at).toISOString(), from, encoding, bytes, status, outcome, ...xml };
}
