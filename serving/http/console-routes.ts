import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { HttpServerOptions } from './options.ts';

/** The console: one page, one script, one style. */
export function registerConsoleRoutes(app: FastifyInstance, { console: assets }: HttpServerOptions): void {
  const files = [
    { path: '/', type: 'text/html; charset=utf-8', text: assets.html },
    { path: '/console.js', type: 'text/javascript; charset=utf-8', text: assets.js },
    { path: '/console.css', type: 'text/css; charset=utf-8', text: assets.css },
  ];
  for (const { path, type, text } of files) {
    const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 16)}"`;
    app.get(path, async (request, reply) => {
      reply.headers({ etag, 'cache-control': 'no-cache' });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type(type).send(text);
    });
  }
}
