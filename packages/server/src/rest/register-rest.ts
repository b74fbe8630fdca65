import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { answerError } from './answer-error.ts';
import { authenticate } from './authenticate.ts';
import type { RestDeps } from './deps.ts';
import { MAX_JSON_BODY_BYTES } from './limits.ts';
import type { RestApp, SchemaTypes } from './rest-app.ts';
import { RestError } from './rest-error.ts';
import { registerBootstrapRoute } from './routes/bootstrap.ts';
import { registerCommandRoutes } from './routes/commands.ts';
import { registerDescriptionRoutes } from './routes/descriptions.ts';
import { registerDeviceRoutes } from './routes/devices.ts';
import { registerEventRoutes } from './routes/events.ts';
import { registerImportRoutes } from './routes/import.ts';
import { registerKeyRoutes } from './routes/keys.ts';
import { registerKnowledgeRoutes } from './routes/knowledge.ts';
import { registerPackageLinkRoutes } from './routes/package-links.ts';
import { registerPackageRoutes } from './routes/packages.ts';
import { registerSessionRoutes } from './routes/sessions.ts';
import { registerStatusRoutes } from './routes/status.ts';
import { registerUpdateRoutes } from './routes/updates.ts';
import { compileValidator } from './schema.ts';

/**
 * The REST API under `/api`, its OpenAPI 3.1 document at `/api/docs/json` and a docs page at `/api/docs`. Everything
 * but the documentation asks for a bearer token.
 */
export async function registerRest(app: FastifyInstance, deps: RestDeps): Promise<void> {
  // Streams and long waits end first; a stop would wait for them otherwise.
  app.addHook('preClose', async () => deps.feed.close());
  await app.register(
    async (api) => {
      api.setValidatorCompiler(compileValidator);
      api.setErrorHandler(answerError);
      api.setNotFoundHandler(({ method, url }) => {
        throw new RestError('not-found', `There is no ${method} ${url.split('?', 1)[0]}.`);
      });
      measure(api, deps);
      await registerDocs(api, deps);
      await api.register(async (guarded) => {
        guarded.addHook('onRequest', authenticate(deps.store));
        registerRoutes(guarded.withTypeProvider<SchemaTypes>(), deps);
      });
    },
    { prefix: '/api' },
  );
}

function registerRoutes(app: RestApp, deps: RestDeps): void {
  app.addHook('onRoute', (route) => {
    route.bodyLimit ??= MAX_JSON_BODY_BYTES;
  });
  // A package goes through as a stream; whoever takes it limits it.
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  registerDeviceRoutes(app, deps);
  registerBootstrapRoute(app, deps);
  registerImportRoutes(app, deps);
  registerKnowledgeRoutes(app, deps);
  registerCommandRoutes(app, deps);
  registerUpdateRoutes(app, deps);
  registerPackageRoutes(app, deps);
  registerPackageLinkRoutes(app, deps);
  registerKeyRoutes(app, deps);
  // In a scope of its own: nothing else takes XML.
  app.register(async (scope) => registerDescriptionRoutes(scope.withTypeProvider<SchemaTypes>(), deps));
  registerSessionRoutes(app, deps);
  registerEventRoutes(app, deps);
  registerStatusRoutes(app, deps);
}

function measure(api: FastifyInstance, { metrics }: RestDeps): void {
  api.addHook('onResponse', (request, reply, done) => {
    const { url = 'unknown' } = request.routeOptions;
    metrics.apiRequest(url, request.method, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}

async function registerDocs(api: FastifyInstance, { version }: RestDeps): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Fumarole',
        version,
        description: 'Firmware over the air by OMA DM 1.2 and FUMO 1.0: the fleet, its packages and updates.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This server' }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  await api.register(swaggerUi, {
    routePrefix: '/docs',
    // The page itself lies below /api; without this it asks for its scripts at /docs.
    indexPrefix: '/api',
    staticCSP: true,
    // The server may well have no TLS: nothing must be asked for by https instead.
    transformStaticCSP: (header) => header.replace(/\s*upgrade-insecure-requests;/, ''),
    uiConfig: { persistAuthorization: true },
  });
}
