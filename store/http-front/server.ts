import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import type { Logger } from '../../common/ports.ts';
import { cleanSpool } from '../spool.ts';
import { directoryUnusable } from '../store-error.ts';
import { type Executed, execute } from './execute.ts';
import { ErrorNumber, errorAnswer, FrontError } from './front-error.ts';
import { checkLogin, type Login } from './login.ts';
import { type FrontRequest, readRequest } from './request.ts';
import { type EngineSession, openEngineSession } from './session.ts';
import { createTurns } from './turns.ts';

export interface StoreFrontOptions {
  /** Of the embedded engine: `engine/` and `spool/` lie in it, as with `embedded:DIR`. */
  readonly directory: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Undefined: anybody who reaches the port may do anything. */
  readonly login: Login | undefined;
  /** Statements that wait for the one before them, at most; more are answered with 503. Default 256. */
  readonly maxWaiting?: number;
  readonly logger: Logger;
}

export interface StoreFront {
  readonly url: string;
  /** Takes no more requests, answers those that it has, and closes the engine. */
  close(): Promise<void>;
}

const keepAliveMs = 30_000;
const loopback = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The part of ClickHouse's HTTP interface that @clickhouse/client uses, before the embedded engine. Statements run one after the
 * other. Throws STORE_DIRECTORY and LISTEN_FAILED.
 */
export async function startStoreFront(options: StoreFrontOptions): Promise<StoreFront> {
  const { directory, host, port, logger } = options;
  const spool = join(directory, 'spool');
  let engine: EngineSession;
  try {
    engine = await openEngineSession(directory);
    // Only now: another process that has the directory is using its spool.
    await cleanSpool(directory);
  } catch (error) {
    throw directoryUnusable(error, directory);
  }
  const turns = createTurns(options.maxWaiting ?? 256);
  const local = loopback.includes(host) || host === '::1';
  const server = createServer((request, response) => void answer(request, response));
  // Longer than clients keep an idle connection, so that none is closed under a request.
  server.keepAliveTimeout = keepAliveMs;
  server.requestTimeout = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    let read: FrontRequest | undefined;
    let executed: Executed | undefined;
    try {
      refuseBrowsers(request, local);
      if (url.pathname === '/ping' || (url.pathname === '/' && isEmpty(request, url))) {
        response.writeHead(200, { 'content-type': 'text/plain; charset=UTF-8' }).end('Ok.\n');
        return;
      }
      checkLogin(request, url.searchParams, options.login);
      read = await readRequest(request, url.searchParams, spool);
      if (request.method === 'GET' && (read.statement.kind === 'insert' || !read.statement.readOnly)) {
        throw new FrontError(ErrorNumber.READONLY, 'Cannot execute query in readonly mode: send it by POST');
      }
      const wanted = read;
      executed = await turns.take(async () => {
        // Who has gone away by now is not waited for, and what he asked is not done.
        if (response.destroyed) throw new FrontError(ErrorNumber.BAD_ARGUMENTS, 'The client has gone');
        return execute(engine, wanted, spool);
      });
      await send(request, response, { read, executed });
    } catch (error) {
      fail(request, response, error);
    } finally {
      if (read?.dataFile !== undefined) await rm(read.dataFile, { force: true });
      if (executed?.answerFile !== undefined) await rm(executed.answerFile.path, { force: true });
    }
  }

  function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) {
      logger.debug({ reason: messageOf(error) }, 'an answer could not be sent');
      response.destroy();
      return;
    }
    const { status, number, text } = errorAnswer(error);
    logger.debug({ status, reason: text.slice(0, 500) }, 'a statement failed');
    // A body that was not read to its end would be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    if (status === 401) response.setHeader('www-authenticate', 'Basic realm="ClickHouse server HTTP API"');
    response.writeHead(status, {
      'content-type': 'text/plain; charset=UTF-8',
      'x-clickhouse-exception-code': String(number),
    });
    response.end(`${text}\n`);
  }

  const url = await listen(server, { host, port }).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  return {
    url,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Connections that fall idle only now would keep the server open until their keep-alive is over.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      server.closeIdleConnections();
      await closed;
      clearInterval(sweep);
      await turns.idle();
      await engine.close();
    },
  };
}

function isEmpty(request: IncomingMessage, url: URL): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && !url.searchParams.has('query');
}

/**
 * A page of any site may make a browser send requests to this machine, and SQL is all power. Programs send no Origin; and a name
 * that somebody points at 127.0.0.1 is none of ours.
 */
function refuseBrowsers(request: IncomingMessage, local: boolean): void {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (request.headers.origin !== undefined || (local && !loopback.includes(name))) {
    throw new FrontError(ErrorNumber.READONLY, 'This store answers programs, not pages in a browser');
  }
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { read, executed }: { readonly read: FrontRequest; readonly executed: Executed },
): Promise<void> {
  const { result, format, answerFile } = executed;
  const inserted = read.statement.kind === 'insert';
  const gzip =
    ['1', 'true'].includes(read.surroundings.settings['enable_http_compression'] ?? '') &&
    /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const rows = String(result.readRows);
  const bytes = String(result.readBytes);
  const none = '0';
  response.writeHead(200, {
    'content-type': contentType(format),
    'x-clickhouse-format': format,
    'x-clickhouse-query-id': read.queryId,
    'x-clickhouse-server-display-name': 'tidemark store',
    'x-clickhouse-timezone': 'UTC',
    'x-clickhouse-summary': JSON.stringify({
      read_rows: rows,
      read_bytes: bytes,
      written_rows: inserted ? rows : none,
      written_bytes: inserted ? bytes : none,
      total_rows_to_read: none,
      result_rows: inserted ? none : rows,
      result_bytes: none,
      elapsed_ns: String(result.elapsedNs),
    }),
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    ...(gzip ? {} : { 'content-length': answerFile?.bytes ?? result.bytes.length }),
  });
  const body =
    answerFile === undefined ? Readable.from([Buffer.from(result.bytes)]) : createReadStream(answerFile.path);
  // Level 1: on one machine time is worth more than bytes.
  if (gzip) await pipeline(body, createGzip({ level: 1 }), response);
  else await pipeline(body, response);
}

function contentType(format: string): string {
  if (format === 'JSON' || format.startsWith('JSONCompact') || format.startsWith('JSONStrings'))
    return 'application/json; charset=UTF-8';
  if (format === 'JSONEachRow') return 'application/x-ndjson; charset=UTF-8';
  if (format.startsWith('TabSeparated') || format.startsWith('TSV')) return 'text/tab-separated-values; charset=UTF-8';
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8; header=absent';
  return format.startsWith('Pretty') || format === 'Vertical'
    ? 'text/plain; charset=UTF-8'
    : 'application/octet-stream';
}

function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? `port ${port} is in use` : `cannot listen: ${error.message}`;
      reject(
        new TidemarkError(ErrorCode.LISTEN_FAILED, reason, {
          place: `${host}:${port}`,
          cure: 'Stop the other program, or choose another port by --port (0 takes any free one)',
          cause: error,
        }),
      );
    });
    server.listen({ host, port }, () => {
      const { port: bound } = server.address() as AddressInfo;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}
