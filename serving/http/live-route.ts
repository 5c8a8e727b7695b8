import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { HttpServerOptions } from './options.ts';
import { sendProblem } from './problem.ts';

const watchersMax = 200;
const heartbeatMs = 15_000;

/**
 * `GET /v1/live`: server-sent events that say what changed. A watcher that reads too slowly misses some of them, which costs
 * nothing: it asks again for the whole of what it shows.
 */
export function registerLiveRoute(app: FastifyInstance, options: HttpServerOptions): void {
  const watchers = new Set<ServerResponse>();
  let unsubscribe: (() => void) | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  const send = (text: string): void => {
    for (const watcher of watchers) if (!watcher.writableNeedDrain) watcher.write(text);
  };

  app.addHook('onReady', async () => {
    unsubscribe = options.live.subscribe((event) => send(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`));
    heartbeat = setInterval(() => send(': still here\n\n'), heartbeatMs);
    heartbeat.unref();
  });
  app.addHook('preClose', async () => {
    unsubscribe?.();
    clearInterval(heartbeat);
    for (const watcher of watchers) watcher.end();
  });

  app.get(
    '/v1/live',
    {
      schema: {
        operationId: 'watch',
        summary: 'Server-sent events: committed, judged, incident, model, job',
        tags: ['console'],
        responseContent: { 'text/event-stream': { schema: { type: 'string' } } },
      } as object,
    },
    (_request, reply) => {
      if (watchers.size >= watchersMax) {
        sendProblem(reply, {
          status: 503,
          code: 'TOO_MANY_WATCHERS',
          message: `${watchersMax} watch already`,
          retryAfterSeconds: 30,
        });
        return;
      }
      reply.hijack();
      const response = reply.raw;
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) response.setHeader(name, value);
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write('retry: 2000\n\n');
      watchers.add(response);
      response.on('close', () => watchers.delete(response));
    },
  );
}
