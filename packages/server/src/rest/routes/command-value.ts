import { deviceKey } from '@fumarole/dm/objects';
import type { QueuedCommand } from '@fumarole/fumo/server';
import Type, { type TUnsafe } from 'typebox';
import { valueName } from '../../fleet/large-values.ts';
import type { RestDeps } from '../deps.ts';
import { MAX_ID_LENGTH } from '../limits.ts';
import { found } from '../outcome.ts';
import type { RestApp } from '../rest-app.ts';
import { identifier } from '../schema.ts';
import { answers } from './answers.ts';

export const commandParams: TUnsafe<{ readonly device: string; readonly command: string }> = Type.Unsafe(
  Type.Object({ device: identifier('DevId of the device.'), command: identifier('Id of the command.') }),
);
const valueQuery = Type.Unsafe<{ readonly uri?: string }>(
  Type.Object(
    {
      uri: Type.Optional(
        Type.String({ maxLength: 1024, description: 'Which of the results; the first by default.' }),
      ),
    },
    { additionalProperties: false },
  ),
);
const octets = Type.Unsafe<NodeJS.ReadableStream | string>(Type.String({ format: 'binary' }));

/** The value that a tree command read, as octets: the large ones are not in the JSON answers. */
export function registerCommandValue(app: RestApp, deps: RestDeps): void {
  app.get(
    '/devices/:device/commands/:command/value',
    {
      schema: {
        tags: ['tree commands'],
        summary: 'The value that a tree command read, as octets',
        operationId: 'getCommandValue',
        params: commandParams,
        querystring: valueQuery,
        produces: ['application/octet-stream'],
        response: answers({ 200: octets }, 404),
      },
    },
    async ({ params: { device, command }, query }, reply) => {
      const { results = [] } = found(await lookUp(deps, device, command), 'command', command);
      const asked = query.uri === undefined ? results[0] : results.find(({ uri }) => uri === query.uri);
      const value = found(asked, 'value of command', command);
      // What a device reports is shown to nobody's browser as a page.
      reply.type('application/octet-stream').header('content-disposition', 'attachment');
      reply.header('x-content-type-options', 'nosniff').header('cache-control', 'private, no-store');
      if (value.sha256 === undefined) return reply.send(value.value ?? '');
      const { id } = await deps.fleet.device(device);
      const kept = found(
        await deps.values.read(valueName(id, command, value.uri)),
        'kept value of command',
        command,
      );
      return reply.header('etag', `"${value.sha256}"`).header('content-length', kept.size).send(kept.body);
    },
  );
}

/** A command of a device; throws RestError `not-found` when there is no such device. */
export async function lookUp(
  { store }: Pick<RestDeps, 'store'>,
  device: string,
  command: string,
): Promise<QueuedCommand | undefined> {
  if (command.length > MAX_ID_LENGTH) return undefined;
  const row = found(await store.device(deviceKey(device)), 'device', device);
  return row.record.commands.find(({ id }) => id === command);
}
