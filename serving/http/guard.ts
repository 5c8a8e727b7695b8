import type { FastifyInstance } from 'fastify';
import type { HttpServerOptions } from './options.ts';
import { sendProblem } from './problem.ts';

const headers: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

const loopback = ['localhost', '127.0.0.1', '::1'];

/**
 * Headers for browsers, and two refusals. A page of another site may make a browser send requests here: those that change
 * something carry its Origin and are refused. And it may point a name of its own at 127.0.0.1 (DNS rebinding): while bound to
 * the loopback, the server answers to the loopback's names only.
 */
export function registerGuard(app: FastifyInstance, options: Pick<HttpServerOptions, 'host' | 'allowedHosts'>): void {
  const names = loopback.includes(options.host) ? [...loopback, ...(options.allowedHosts ?? [])] : undefined;
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    const host = request.headers.host ?? '';
    if (names !== undefined && !names.includes(hostname(host)))
      return sendProblem(reply, {
        status: 421,
        code: 'WRONG_HOST',
        message: `this server is not called ${host}`,
        cure: 'Call it by localhost, or bind it to another address',
      });
    const { origin } = request.headers;
    if (request.method !== 'GET' && request.method !== 'HEAD' && origin !== undefined && originHost(origin) !== host)
      return sendProblem(reply, {
        status: 403,
        code: 'CROSS_ORIGIN',
        message: `pages of ${origin} may not change anything here`,
      });
  });
}

function hostname(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
