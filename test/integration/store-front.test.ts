import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { Table as ArrowTable, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../store/client.ts';
import { cleanUp, freePort, type Running, startStore, temporary, tidemark } from './bad-input/harness.ts';

let directory: string;
let port: number;
let front: Running;
let client: ClickHouseClient;
const url = () => `http://127.0.0.1:${port}`;
const post = (path: string, body: string | Uint8Array = '', headers: Record<string, string> = {}) =>
  fetch(`${url()}${path}`, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers });
const rows = async (query: string, params: Record<string, unknown> = {}) =>
  (await client.query({ query, query_params: params, format: 'JSONEachRow' })).json();

beforeAll(async () => {
  directory = await temporary();
  port = await freePort();
  front = await startStore(directory, port);
  client = createClient({
    url: url(),
    compression: { response: true, request: true },
    log: { level: ClickHouseLogLevel.OFF },
  });
});
afterAll(async () => {
  await client.close();
  await cleanUp();
});

describe('the HTTP front of the embedded engine, to the client of ClickHouse', () => {
  it('answers a ping, and says at the start what it is not for', async () => {
    expect(await client.ping()).toEqual({ success: true });
    expect(await client.ping({ select: true })).toEqual({ success: true });
    expect(front.output.stderr).toContain('production uses a ClickHouse server');
  });

  it('refuses what writes where the request is read only, and takes it from the next one', async () => {
    const command = (query: string, readonly?: '0' | '1' | '2') =>
      client.command({ query, ...(readonly === undefined ? {} : { clickhouse_settings: { readonly } }) });
    await command('CREATE TABLE IF NOT EXISTS only_read (a UInt8) ENGINE = Memory', '0');
    for (const readonly of ['1', '2'] as const)
      await expect(command('INSERT INTO only_read VALUES (1)', readonly)).rejects.toMatchObject({ code: '164' });
    await expect(command('DROP TABLE only_read', '2')).rejects.toMatchObject({ code: '164' });
    const reading = { query: 'SELECT count() AS n FROM only_read', clickhouse_settings: { readonly: '2' as const } };
    expect(await (await client.query({ ...reading, format: 'JSONEachRow' })).json()).toEqual([{ n: 0 }]);
    await command('INSERT INTO only_read VALUES (1)');
    expect(await rows('SELECT a FROM only_read')).toEqual([{ a: 1 }]);
    await command('DROP TABLE only_read');
  });

  it('gives values of any form back as they were', async () => {
    const params = {
      text: "it's \\ \t\n ü {x:String}",
      list: ["a'b", '\\', 'x,y'],
      none: null,
      big: '9007199254740993',
      map: { k: 1.5 },
      at: new Date('2026-01-02T03:04:05.678Z'),
    };
    const query = `SELECT {text:String} AS text, {list:Array(String)} AS list, {none:Nullable(String)} AS none, {big:Int64} AS big,
      {map:Map(String, Float64)} AS map, toUnixTimestamp64Milli({at:DateTime64(3)}) AS at`;
    const [row] = await rows(query, params);
    expect(row).toEqual({ ...params, big: Number.parseInt(params.big, 10), at: params.at.getTime() });
    // A parameter of an earlier statement does not stand in for one that is missing.
    await expect(rows('SELECT {text:String}')).rejects.toMatchObject({ code: '456' });
  });

  it('takes inserts of every kind the client makes', async () => {
    await client.command({
      query:
        "CREATE TABLE kinds (a Int64, b LowCardinality(String) DEFAULT 'none', c Nullable(Float64)) ENGINE = MergeTree ORDER BY a",
    });
    const inserted = await client.insert({
      table: 'kinds',
      values: [{ a: 1 }, { a: 2, b: 'x;y' }],
      format: 'JSONEachRow',
    });
    expect(inserted.summary?.written_rows).toBe('2');
    await client.insert({
      table: 'kinds',
      values: Readable.from([[3, 'z', 0.5]]),
      format: 'JSONCompactEachRow',
      columns: ['a', 'b', 'c'],
    });
    await client.insert({ table: 'kinds', values: [], format: 'JSONEachRow' });
    await client.command({ query: "INSERT INTO kinds VALUES (4, 'FORMAT CSV; DROP TABLE kinds', NULL)" });
    const arrow = new ArrowTable({
      a: vectorFromArray([5n, 6n]),
      b: vectorFromArray(['p', 'q']),
      c: vectorFromArray([1.25, null]),
    });
    for (const kind of ['file', 'stream'] as const) {
      const result = await client.exec({
        query: `INSERT INTO kinds (a, b, c) FORMAT ${kind === 'file' ? 'Arrow' : 'ArrowStream'}`,
        values: Readable.from([Buffer.from(tableToIPC(arrow, kind))]),
      });
      for await (const _ of result.stream);
    }
    expect(await rows('SELECT * FROM kinds ORDER BY a')).toEqual([
      { a: 1, b: 'none', c: null },
      { a: 2, b: 'x;y', c: null },
      { a: 3, b: 'z', c: 0.5 },
      { a: 4, b: 'FORMAT CSV; DROP TABLE kinds', c: null },
      { a: 5, b: 'p', c: 1.25 },
      { a: 5, b: 'p', c: 1.25 },
      { a: 6, b: 'q', c: null },
      { a: 6, b: 'q', c: null },
    ]);
  });

  it('takes data after the statement in one body, and bytes that are no text', async () => {
    await client.command({ query: 'CREATE TABLE raw (a String) ENGINE = Memory' });
    const statement = Buffer.from('INSERT INTO raw FORMAT LineAsString\n');
    expect((await post('/', Buffer.concat([statement, Buffer.from([0x61, 0xff, 0xfe])]))).status).toBe(200);
    expect(await rows('SELECT hex(a) AS a FROM raw')).toEqual([{ a: '61FFFE' }]);
  });

  it('streams an export of a million rows as Arrow', async () => {
    const result = await client.exec({
      query: 'SELECT number AS a, toString(number) AS b FROM numbers(1000000) FORMAT Arrow',
      clickhouse_settings: { output_format_arrow_compression_method: 'none' },
    });
    const pieces: Buffer[] = [];
    for await (const piece of result.stream) pieces.push(piece as Buffer);
    expect(pieces.length).toBeGreaterThan(10);
    const table = tableFromIPC(Buffer.concat(pieces));
    expect([table.numRows, String(table.get(999_999)?.toJSON()['b'])]).toEqual([1_000_000, '999999']);
    const none = await client.exec({ query: 'SELECT 1 AS a WHERE 0 FORMAT Arrow' });
    const empty: Buffer[] = [];
    for await (const piece of none.stream) empty.push(piece as Buffer);
    expect(tableFromIPC(Buffer.concat(empty)).numRows).toBe(0);
  });

  it('keeps no setting, database or parameter from one statement to the next', async () => {
    const threads = () => rows("SELECT value, changed FROM system.settings WHERE name = 'max_threads'");
    const before = await threads();
    const one = await client.query({
      query: "SELECT value FROM system.settings WHERE name = 'max_threads'",
      clickhouse_settings: { max_threads: 1 },
      format: 'JSONEachRow',
    });
    expect(await one.json()).toEqual([{ value: '1' }]);
    expect(await threads()).toEqual(before);
    // A statement that fails leaves nothing behind either.
    const failing = { query: 'SELECT nope', clickhouse_settings: { max_threads: 1 } };
    await expect(client.command(failing)).rejects.toMatchObject({ code: '47' });
    expect(await threads()).toEqual(before);
    const bad = { query: 'SELECT 1', clickhouse_settings: { max_threads: 'many' as unknown as number } };
    await expect(client.command(bad)).rejects.toThrow();
    expect(await threads()).toEqual(before);
    await client.command({ query: 'CREATE DATABASE other' });
    expect(await (await post('/?database=other', 'SELECT currentDatabase()')).text()).toBe('other\n');
    await post('/?database=other', 'DROP DATABASE other');
    expect(await (await post('/', 'SELECT currentDatabase()')).text()).toBe('default\n');
  });

  it('answers many at once one after the other, each with its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) => rows('SELECT {n:UInt32} AS n, sleep(0.001) AS s', { n: at })),
    );
    expect(answers).toEqual(Array.from({ length: 60 }, (_, at) => [{ n: at, s: 0 }]));
  });

  it.each([
    ['SELEC 1', 400, 62],
    ['SELECT * FROM nowhere', 404, 60],
    ['SELECT * FROM nowhere.at_all', 404, 81],
    ['SELECT throwIf(1)', 500, 395],
    ['SELECT throwIf(number = 90000) FROM numbers(100000) FORMAT Arrow', 500, 395],
    ['SELECT 1; SELECT 2', 400, 62],
    ['SET max_threads = 1', 501, 48],
    ["SELECT 1 INTO OUTFILE '/tmp/x'", 501, 1],
  ])('refuses %s in the words of a server', async (query, status, code) => {
    const response = await post('/', query);
    expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([status, String(code)]);
    expect(await response.text()).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .*\\([A-Z_]+\\)`, 's'));
    await expect(client.command({ query })).rejects.toMatchObject({
      code: String(code),
      type: expect.stringMatching(/^[A-Z_]+$/),
    });
  });

  it('refuses unknown settings, sessions, changes by GET, and pages in a browser', async () => {
    const texts = async (response: Response) => [response.status, await response.text()];
    expect(await texts(await post('/?max_thread=1', 'SELECT 1'))).toEqual([
      400,
      expect.stringMatching(/Code: 115.*max_thread/),
    ]);
    expect(await texts(await post('/?session_id=a', 'SELECT 1'))).toEqual([
      501,
      expect.stringMatching(/keeps no sessions/),
    ]);
    const get = (query: string) => fetch(`${url()}/?query=${encodeURIComponent(query)}`);
    expect(await texts(await get('SELECT 1'))).toEqual([200, '1\n']);
    expect(await texts(await get('DROP TABLE kinds'))).toEqual([403, expect.stringMatching(/Code: 164.*readonly/)]);
    expect((await post('/', 'SELECT 1', { origin: 'http://evil.example' })).status).toBe(403);
  });

  it('says what a server says in its headers, and compresses where it is asked to', async () => {
    const plain = await post('/?query_id=q1&default_format=JSONEachRow', 'SELECT 1 AS a');
    expect(Object.fromEntries(plain.headers)).toMatchObject({
      'x-clickhouse-format': 'JSONEachRow',
      'x-clickhouse-query-id': 'q1',
      'x-clickhouse-timezone': 'UTC',
      'x-clickhouse-summary': expect.stringContaining('"read_rows":"1"'),
    });
    expect(await plain.text()).toBe('{"a":1}\n');
    const text = 'x'.repeat(10_000);
    const zipped = await raw(`/?enable_http_compression=1`, `SELECT '${text}'`, { 'accept-encoding': 'gzip' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.body.length).toBeLessThan(1000);
    expect(gunzipSync(zipped.body).toString()).toBe(`${text}\n`);
  });
});

describe('tidemark store', () => {
  it('asks for the login it was given', async () => {
    const [other, at] = [await temporary(), await freePort()];
    const guarded = await startStore(other, at, '--user', 'tide', '--password', 'p:w');
    const ask = (headers: Record<string, string>, path = '/') =>
      fetch(`http://127.0.0.1:${at}${path}`, { method: 'POST', body: 'SELECT 1', headers });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ 'x-clickhouse-user': 'tide', 'x-clickhouse-key': 'wrong' })).status).toBe(403);
    expect((await ask({ 'x-clickhouse-user': 'tide', 'x-clickhouse-key': 'p:w' })).status).toBe(200);
    expect((await ask({}, '/?user=tide&password=p:w')).status).toBe(200);
    const open = (password: string) =>
      openStore({ url: `http://tide:${password}@127.0.0.1:${at}`, database: 'd', workingDirectory: '/' });
    await expect(open('wrong')).rejects.toMatchObject({
      code: 'STORE_REJECTED',
      cure: expect.stringContaining('password'),
    });
    await (await open('p%3Aw')).close();
    expect((await guarded.stop('SIGTERM')).code).toBe(0);
  });

  it('answers what is under way at SIGTERM, keeps it, and ends with 0', async () => {
    const [other, at] = [await temporary(), await freePort()];
    const first = await startStore(other, at);
    const open = () => openStore({ url: `http://127.0.0.1:${at}`, database: 'd', workingDirectory: '/' });
    const store = await open();
    await store.command('CREATE TABLE d.t (a UInt32) ENGINE = MergeTree ORDER BY a');
    const slow = store.command('INSERT INTO d.t SELECT number + sleepEachRow(0.5) FROM numbers(3)');
    const next = store.insertRows('t', [{ a: 3 }]);
    // Both have come in by the time this one, sent later, is answered: a ping does not wait for its turn.
    for (let asked = 0; asked < 20; asked++) await fetch(`http://127.0.0.1:${at}/ping`);
    expect((await first.stop('SIGTERM')).code).toBe(0);
    await Promise.all([slow, next]);
    await store.close();
    const again = await startStore(other, at);
    const reopened = await open();
    expect(await reopened.query('SELECT count() AS n FROM d.t')).toEqual([{ n: '4' }]);
    await reopened.close();
    expect((await again.stop('SIGTERM')).code).toBe(0);
  });

  it('ends with 3 where the directory or the port is taken or of no use, and says so', async () => {
    const start = (...args: string[]) => tidemark(['store', ...args]).finished;
    const inUse = await start('--dir', directory, '--port', '0');
    expect([inUse.code, inUse.stderr]).toEqual([
      3,
      expect.stringMatching(/in use by process \d+.*\[STORE_DIRECTORY\]/),
    ]);
    const taken = await start('--dir', await temporary(), '--port', String(port));
    expect([taken.code, taken.stderr]).toEqual([
      3,
      expect.stringMatching(/port \d+ is in use.*--port.*\[LISTEN_FAILED\]/),
    ]);
    const file = join(await temporary(), 'file');
    await writeFile(file, '');
    const noDirectory = await start('--dir', file, '--port', '0');
    expect([noDirectory.code, noDirectory.stderr]).toEqual([3, expect.stringContaining('[STORE_DIRECTORY]')]);
  });

  it('ends with 2 where it was called wrongly', async () => {
    const start = (...args: string[]) => tidemark(['store', ...args]).finished;
    const open = await start('--host', '0.0.0.0', '--port', '0', '--dir', await temporary());
    expect([open.code, open.stderr]).toEqual([
      2,
      expect.stringMatching(/without a password.*--password.*\[CONFIG_INVALID\]/),
    ]);
    const wrong = await start('--port', 'many');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('port')]);
  });
});

/** As `fetch`, but without unpacking the answer. */
function raw(path: string, body: string, headers: Record<string, string>) {
  return new Promise<{ readonly headers: Record<string, unknown>; readonly body: Buffer }>((resolve, reject) => {
    const sent = request(`${url()}${path}`, { method: 'POST', headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(pieces) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
