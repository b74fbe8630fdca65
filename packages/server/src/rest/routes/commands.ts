import type { ServerResponse } from 'node:http';
import type { QueuedCommand } from '@fumarole/fumo/server';
import Type from 'typebox';
import type { RestDeps } from '../deps.ts';

import { MAX_WAIT_SECONDS } from '../limits.ts';
import { found, pageRequest, presentPage } from '../outcome.ts';
import { presentCommand } from '../present.ts';
import type { RestApp } from '../rest-app.ts';
import { listQuery, pageOf } from '../schema.ts';
import { treeCommandSchema } from '../schemas.ts';
import { answers, deviceParams } from './answers.ts';
import { commandOrderSchema } from './command-order.ts';
import { commandParams, lookUp, registerCommandValue } from './command-value.ts';

const tags = ['tree commands'];

const waitSchema = Type.Unsafe<{ readonly wait?: number }>(
  Type.Object(
    {
      wait: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: MAX_WAIT_SECONDS,
          description: 'Seconds to wait for the answer.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
);

/** Tree commands: queued, run at the device's next contact, answered with Status and Results. */
export function registerCommandRoutes(app: RestApp, deps: RestDeps): void {
  app.post(
    '/devices/:device/commands',
    {
      schema: {
        tags,
        summary: 'Queue a tree command, and wait for its answer if asked to',
        operationId: 'queueCommand',
        params: deviceParams,
        querystring: waitSchema,
        body: commandOrderSchema,
        response: answers({ 200: treeCommandSchema, 202: treeCommandSchema }, 404, 409, 422),
      },
    },
    async ({ params, query, body }, reply) => {
      const queued = await deps.fleet.queueCommand(params.device, body);
      const command = await awaited(deps, params.device, queued, query.wait ?? 0, closed(reply.raw));
      return reply.code(isOpen(command) ? 202 : 200).send(presentCommand(command));
    },
  );
  app.get(
    '/devices/:device/commands/:command',
    {
      schema: {
        tags,
        summary: 'One tree command, with its answer when there is one',
        operationId: 'getCommand',
        params: commandParams,
        querystring: waitSchema,
        response: answers({ 200: treeCommandSchema }, 404),
      },
    },
    async ({ params, query }, reply) => {
      const now = found(await lookUp(deps, params.device, params.command), 'command', params.command);
      return presentCommand(await awaited(deps, params.device, now, query.wait ?? 0, closed(reply.raw)));
    },
  );
  registerCommandValue(app, deps);
  app.get(
    '/devices/:device/commands',
    {
      schema: {
        tags,
        summary: 'Tree commands queued for a device and their answers',
        operationId: 'listCommands',
        params: deviceParams,
        querystring: listQuery(),
        response: answers({ 200: pageOf(treeCommandSchema) }, 404),
      },
    },
    async ({ params, query }) => {
      const { commands } = await deps.fleet.device(params.device);
      const { after, limit } = pageRequest('commands', query);
      const start = after === undefined ? 0 : commands.findIndex(({ id }) => id === after) + 1;
      return presentPage('commands', commands.slice(start), limit, ({ id }) => id, presentCommand);
    },
  );
}

async function awaited(
  deps: RestDeps,
  device: string,
  command: QueuedCommand,
  seconds: number,
  signal: AbortSignal,
): Promise<QueuedCommand> {
  const until = deps.now() + seconds * 1000;
  let now = command;
  while (isOpen(now) && !signal.aborted && !deps.feed.closed) {
    // Read the place first: an answer that lands in between wakes the wait.
    const place = await deps.feed.latest();
    now = (await lookUp(deps, device, command.id)) ?? now;
    const left = until - deps.now();
    if (!isOpen(now) || left <= 0) break;
    await deps.feed.changed(place, left, signal);
  }
  return now;
}

function isOpen({ state }: QueuedCommand): boolean {
  return state === 'queued' || state === 'sent';
}

/** Aborts when the asker hangs up. */
function closed(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}
