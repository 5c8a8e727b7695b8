import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type ClickHouseError, createClient } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';

/**
 * The part of ClickHouse's HTTP interface that @clickhouse/client uses, before the embedded engine: a process of its own, so that
 * a test can take the store away and bring it back. Statements run one after the other.
 *
 * usage: bridge.ts DIRECTORY PORT; prints `listening` when it answers.
 */
const [directory = '', port = ''] = process.argv.slice(2);
const spool = join(directory, 'bridge');
mkdirSync(spool, { recursive: true });
const client = createClient({
  connection: createChdbConnection({ path: join(directory, 'engine') }),
} as unknown as Parameters<typeof createClient>[0]);

interface Statement {
  readonly sql: string;
  /** What follows an INSERT ... FORMAT; undefined where there is none. */
  readonly data: Buffer | undefined;
  readonly params: Record<string, string>;
  readonly settings: Record<string, string>;
}

/** Names in the query string that are neither parameters nor settings. */
const reserved = new Set(['query', 'database', 'query_id', 'session_id', 'role', 'default_format']);

async function statementOf(request: IncomingMessage): Promise<Statement> {
  const asked = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const body = await buffer(request);
  const query = asked.get('query');
  const params: Record<string, string> = {};
  const settings: Record<string, string> = {};
  for (const [name, value] of asked) {
    if (name.startsWith('param_')) params[name.slice('param_'.length)] = value;
    else if (!reserved.has(name)) settings[name] = value;
  }
  return { sql: query ?? body.toString('utf8'), data: query === null ? undefined : body, params, settings };
}

async function run(sql: string, { params, settings }: Pick<Statement, 'params' | 'settings'>): Promise<Buffer> {
  const result = await client.exec({ query: sql, query_params: params, clickhouse_settings: settings });
  return buffer(result.stream);
}

async function answer(statement: Statement): Promise<Buffer> {
  const { sql, data } = statement;
  const file = join(spool, randomUUID());
  try {
    if (data !== undefined && data.length > 0) {
      const insert = /^\s*INSERT INTO (\S+)(?:\s*\(([^)]*)\))?\s+FORMAT (\w+)\s*$/i.exec(sql);
      if (insert === null) throw new Error(`the bridge knows no data after: ${sql.slice(0, 200)}`);
      const [, table, columns, format] = insert;
      await writeFile(file, data);
      const types = columns === undefined ? await structureOf(String(table)) : undefined;
      const names = columns ?? types?.map(({ name }) => `\`${name}\``).join(', ');
      const structure =
        types === undefined
          ? ''
          : `, '${types
              .map(({ name, type }) => `\`${name}\` ${type}`)
              .join(', ')
              .replaceAll("'", "\\'")}'`;
      return await run(
        `INSERT INTO ${table} (${names}) SELECT ${names} FROM file('${file}', '${format}'${structure})`,
        statement,
      );
    }
    const select = /^([\s\S]*)\sFORMAT Arrow\s*$/.exec(sql)?.[1];
    // Binary answers are taken by a file: the embedded connection speaks text.
    if (select === undefined) return await run(sql, statement);
    await run(`INSERT INTO FUNCTION file('${file}', 'Arrow') ${select}`, statement);
    return await readFile(file);
  } finally {
    await rm(file, { force: true });
  }
}

async function structureOf(table: string): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const described = await client.query({ query: `DESCRIBE TABLE ${table}`, format: 'JSONEachRow' });
  return described.json();
}

let turn: Promise<unknown> = Promise.resolve();

createServer((request, response) => {
  if (request.url === '/ping') {
    response.end('Ok.\n');
    return;
  }
  turn = turn.then(async () => {
    try {
      const body = await answer(await statementOf(request));
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(body);
    } catch (error) {
      const { message, code = '1002', type = 'UNKNOWN_EXCEPTION' } = error as ClickHouseError;
      response.writeHead(500, { 'x-clickhouse-exception-code': code });
      response.end(`Code: ${code}. DB::Exception: ${message} (${type})`);
    }
  });
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
