import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflate } from 'node:zlib';
import { ErrorNumber, FrontError } from './front-error.ts';
import type { Surroundings } from './session.ts';
import { parseStatement, type Statement } from './statement.ts';

/** A request as the engine's side needs it. */
export interface FrontRequest {
  readonly queryId: string;
  readonly statement: Statement;
  readonly surroundings: Surroundings;
  /** Where the statement names none. */
  readonly defaultFormat: string;
  /** Of an INSERT: its data, whole on disk. Undefined where there are none. */
  readonly dataFile: string | undefined;
}

/** Parameters of a request that are neither settings nor values of the statement. */
const reserved = new Set(['query', 'database', 'query_id', 'default_format', 'user', 'password', 'quota_key', 'role']);

/** A statement that comes as a body is held in memory; data of an INSERT that come by themselves are not. */
const maxStatementBytes = 128 * 1024 * 1024;

/** Reads a request; the data of an INSERT go to a file in `spool` as they come, which the caller removes. */
export async function readRequest(
  request: IncomingMessage,
  parameters: URLSearchParams,
  spool: string,
): Promise<FrontRequest> {
  if (parameters.has('session_id')) {
    throw new FrontError(ErrorNumber.NOT_IMPLEMENTED, 'This store keeps no sessions: leave session_id out');
  }
  if (/^multipart\//i.test(request.headers['content-type'] ?? '')) {
    throw new FrontError(ErrorNumber.NOT_IMPLEMENTED, 'This store reads no multipart bodies');
  }
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const settings: Record<string, string> = {};
  const params: Record<string, string> = {};
  for (const [name, value] of parameters) {
    if (name.startsWith('param_')) params[name.slice('param_'.length)] = value;
    else if (!reserved.has(name)) settings[name] = value;
  }
  const rest = {
    queryId: parameters.get('query_id') ?? randomUUID(),
    surroundings: {
      database: parameters.get('database') ?? header('x-clickhouse-database') ?? 'default',
      settings,
      params,
    },
    defaultFormat: parameters.get('default_format') ?? header('x-clickhouse-format') ?? 'TabSeparated',
  };
  const body = decoded(request);
  const query = parameters.get('query') ?? '';
  const path = join(spool, `${randomUUID()}.data`);
  if (query.trim() !== '') {
    const statement = parseStatement(query);
    if (statement.kind === 'insert' && query.slice(statement.dataAt).trim() === '') {
      return { ...rest, statement, dataFile: await spooled(body, path) };
    }
  }
  const text = Buffer.concat([Buffer.from(query), await whole(body)]);
  const statement = parseStatement(text.toString('utf8'));
  if (statement.kind === 'other') return { ...rest, statement, dataFile: undefined };
  // By bytes, because the data after the statement need not be text.
  const data = text.subarray(Buffer.byteLength(text.toString('utf8').slice(0, statement.dataAt)));
  const begin = /^[ \t]*\r?\n|^[ \t]+/.exec(data.subarray(0, 256).toString('latin1'))?.[0].length ?? 0;
  return { ...rest, statement, dataFile: await spooledBytes(data.subarray(begin), path) };
}

function decoded(request: IncomingMessage): Readable {
  const encoding = (request.headers['content-encoding'] ?? '').toLowerCase();
  if (encoding === '' || encoding === 'identity') return request;
  if (encoding === 'gzip') return request.pipe(createGunzip());
  if (encoding === 'deflate') return request.pipe(createInflate());
  throw new FrontError(ErrorNumber.NOT_IMPLEMENTED, `Unknown compression method: ${encoding}; send gzip or none`);
}

async function spooled(body: Readable, path: string): Promise<string | undefined> {
  const file = createWriteStream(path, { flags: 'wx' });
  try {
    await pipeline(body, file);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  if (file.bytesWritten > 0) return path;
  await rm(path, { force: true });
  return undefined;
}

async function spooledBytes(bytes: Buffer, path: string): Promise<string | undefined> {
  if (bytes.length === 0) return undefined;
  await writeFile(path, bytes, { flag: 'wx' });
  return path;
}

async function whole(body: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > maxStatementBytes) {
      const limit = `The statement is larger than ${maxStatementBytes} bytes: send the data of an INSERT as the body`;
      throw new FrontError(ErrorNumber.TOO_LARGE_STRING_SIZE, `${limit}, and the statement as the parameter query`);
    }
  }
  return Buffer.concat(pieces);
}
