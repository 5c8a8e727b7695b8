import Fastify, { type FastifyInstance } from 'fastify';
import { messageOf } from '../../common/error.ts';
import { registerActionRoutes } from './action-routes.ts';
import { registerBudgetRoutes } from './budget-routes.ts';
import { registerConsoleRoutes } from './console-routes.ts';
import { registerEventsRoute } from './events-route.ts';
import { registerExplainRoute } from './explain-route.ts';
import { registerGuard } from './guard.ts';
import { listenFailed } from './listen-failed.ts';
import { registerLiveRoute } from './live-route.ts';
import { registerMachineRoutes } from './machine-routes.ts';
import { registerOpenApi } from './openapi.ts';
import type { HttpServerOptions } from './options.ts';
import { problemOf, sendProblem } from './problem.ts';
import { registerReadRoutes } from './read-routes.ts';

export interface HttpServer {
  /** Throws LISTEN_FAILED where the address is taken or may not be bound. */
  start(): Promise<{ readonly url: string }>;
  /** Takes no more requests, waits for those under way, and ends the live ones. Close it before the source. */
  close(): Promise<void>;
}

const sweepIntervalMs = 50;

/** The API, the console and the intake of events, on one address. */
export function createServer(options: HttpServerOptions): HttpServer {
  const app = createApp(options);
  return {
    async start() {
      try {
        return { url: await app.listen({ host: options.host, port: options.port }) };
      } catch (error) {
        throw listenFailed(error, options);
      }
    },
    async close() {
      // Connections that fall idle only now, such as one whose refused body was still coming in, would keep the server
      // open until their keep-alive is over: node closes those that are idle at the first moment and no others.
      const sweep = setInterval(() => app.server.closeIdleConnections(), sweepIntervalMs);
      try {
        await app.close();
      } finally {
        clearInterval(sweep);
      }
    },
  };
}

function createApp(options: HttpServerOptions): FastifyInstance {
  const requestTimeoutMs = options.requestTimeoutMs ?? 60_000;
  const app = Fastify({
    logger: false,
    bodyLimit: 64 * 1024,
    requestTimeout: requestTimeoutMs,
    http: {
      headersTimeout: Math.min(requestTimeoutMs, 30_000),
      // How often node looks for requests that are over their time.
      connectionsCheckingInterval: Math.min(requestTimeoutMs, 5_000),
    },
    // A misspelt key is an error, not ignored.
    ajv: { customOptions: { removeAdditional: false } },
    routerOptions: { maxParamLength: 500 },
  });
  // Answers are shaped by the read model; a second pass over each row by its schema would only cost time.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem !== undefined) return sendProblem(reply, problem);
    options.logger.error({ method: request.method, url: request.url, reason: messageOf(error) }, 'a request failed');
    return sendProblem(reply, { status: 500, code: 'INTERNAL', message: 'the server failed; its log says why' });
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, {
      status: 404,
      code: 'NOT_FOUND',
      message: `there is no ${request.method} ${request.url.split('?')[0]}`,
      cure: 'See /openapi.json for what there is',
    }),
  );
  registerGuard(app, options);
  registerOpenApi(app, '1');
  registerMachineRoutes(app, options);
  registerConsoleRoutes(app, options);
  registerEventsRoute(app, options);
  registerReadRoutes(app, options);
  registerActionRoutes(app, options);
  registerBudgetRoutes(app, options);
  registerExplainRoute(app, options);
  registerLiveRoute(app, options);
  return app;
}
