import Type from 'typebox';
import { FleetError } from '../../fleet/fleet.ts';
import type { ApiImport, ApiProvisioned } from '../api.ts';
import type { RestDeps } from '../deps.ts';
import { readDeviceCsv } from '../device-csv.ts';
import { provision } from '../device-operations.ts';
import { MAX_CSV_BYTES } from '../limits.ts';
import type { RestApp } from '../rest-app.ts';
import { RestError } from '../rest-error.ts';
import { importSchema } from '../schemas.ts';
import { answers } from './answers.ts';

/** A list of devices as CSV: each row stands for itself, good ones are admitted, the others told with their line. */
export function registerImportRoutes(app: RestApp, deps: RestDeps): void {
  app.addContentTypeParser(
    ['text/csv', 'text/plain'],
    { parseAs: 'string', bodyLimit: MAX_CSV_BYTES },
    (_request, body, done) => done(null, body),
  );
  app.post(
    '/devices/import',
    {
      bodyLimit: MAX_CSV_BYTES,
      schema: {
        tags: ['devices'],
        summary: 'Admit the devices of a CSV list; secrets that were made are shown in this answer only',
        operationId: 'importDevices',
        body: { content: { 'text/csv': { schema: Type.String() } } },
        response: answers({ 200: importSchema }, 413, 415),
      },
    },
    async ({ body }, reply) => {
      if (typeof body !== 'string')
        throw new RestError('media-type', 'A list of devices is sent as text/csv.');
      return reply.header('cache-control', 'no-store').send(await importAll(deps, body));
    },
  );
}

async function importAll(deps: RestDeps, csv: string): Promise<ApiImport> {
  const added: ApiProvisioned[] = [];
  const refused: { line: number; id?: string; reason: string }[] = [];
  for (const row of readDeviceCsv(csv)) {
    if (!row.ok) {
      const { line, id, reason } = row;
      refused.push({ line, ...(id === undefined ? {} : { id }), reason });
      continue;
    }
    try {
      added.push(await provision(deps, row.request));
    } catch (error) {
      if (!(error instanceof FleetError || error instanceof RestError)) throw error;
      refused.push({ line: row.line, id: row.request.id, reason: error.message });
    }
  }
  return { added, refused };
}
