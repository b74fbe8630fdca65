import type { RestDeps } from '../deps.ts';
import type { RestApp } from '../rest-app.ts';
import { statusSchema } from '../schemas.ts';
import { answers } from './answers.ts';

/** What this server is; also the cheapest way to check a token. */
export function registerStatusRoutes(app: RestApp, { version, publicUrl, store }: RestDeps): void {
  app.get(
    '/status',
    {
      schema: {
        tags: ['server'],
        summary: 'Version, public address and counts',
        operationId: 'getStatus',
        response: answers({ 200: statusSchema }),
      },
    },
    async () => {
      const counts = await store.deviceCounts();
      return {
        version,
        url: publicUrl(),
        devices: [...counts.values()].reduce((sum, count) => sum + count, 0),
        updates: Object.fromEntries([...counts].filter(([state]) => state !== '')),
        packages: (await store.packages()).length,
      };
    },
  );
}
