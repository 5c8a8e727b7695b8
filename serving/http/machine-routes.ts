import type { FastifyInstance } from 'fastify';
import type { HttpServerOptions } from './options.ts';
import { problemSchema } from './problem.ts';

export interface MachineOptions {
  readonly readModel: Pick<HttpServerOptions['readModel'], 'ping'>;
  readonly metrics: { text(): Promise<string> };
}

/** `/healthz`: the process runs. `/readyz`: the store answers too. `/metrics`: for Prometheus. */
export function registerMachineRoutes(app: FastifyInstance, options: MachineOptions): void {
  const ok = { type: 'object', properties: { status: { type: 'string' } } };
  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'health',
        summary: 'The process runs',
        tags: ['machine'],
        response: { 200: ok },
      } as object,
    },
    async () => ({ status: 'alive' }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'ready',
        summary: 'The store answers',
        tags: ['machine'],
        response: { 200: ok, 503: problemSchema },
      } as object,
    },
    async () => {
      await options.readModel.ping();
      return { status: 'ready' };
    },
  );
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        summary: 'Metrics in the text format of Prometheus',
        tags: ['machine'],
        responseContent: { 'text/plain': { schema: { type: 'string' } } },
      } as object,
    },
    async (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await options.metrics.text()),
  );
}
