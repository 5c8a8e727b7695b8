import Fastify from 'fastify';
import { messageOf } from '../../common/error.ts';
import type { Logger } from '../../common/ports.ts';
import { registerGuard } from './guard.ts';
import { listenFailed } from './listen-failed.ts';
import { type MachineOptions, registerMachineRoutes } from './machine-routes.ts';
import { problemOf, sendProblem } from './problem.ts';
import type { HttpServer } from './server.ts';

export interface MachineServerOptions extends MachineOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly logger: Logger;
}

/** Health and metrics of a process that serves nothing else. */
export function createMachineServer(options: MachineServerOptions): HttpServer {
  const app = Fastify({ logger: false });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem !== undefined) return sendProblem(reply, problem);
    options.logger.error({ method: request.method, url: request.url, reason: messageOf(error) }, 'a request failed');
    return sendProblem(reply, { status: 500, code: 'INTERNAL', message: 'the server failed; its log says why' });
  });
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, {
      status: 404,
      code: 'NOT_FOUND',
      message: 'this process has /healthz, /readyz and /metrics; the API is where tidemark server runs',
    }),
  );
  registerGuard(app, options);
  registerMachineRoutes(app, options);
  return {
    async start() {
      try {
        return { url: await app.listen({ host: options.host, port: options.port }) };
      } catch (error) {
        throw listenFailed(error, options);
      }
    },
    close: async () => app.close(),
  };
}
