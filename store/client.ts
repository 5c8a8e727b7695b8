import { existsSync, mkdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import chdb from 'chdb';
import { createChdbConnection } from 'chdb/connection';
import { ErrorCode, messageOf, TidemarkError } from '../common/error.ts';
import { quote } from './quote.ts';
import { readOnlyStore } from './read-only.ts';
import { directoryUnusable, translateStoreError } from './store-error.ts';

/**
 * The one door to ClickHouse. A server by HTTP and the embedded engine answer to the same client; the only difference is how
 * Arrow comes in: as a request body there, by a spool file here, because the embedded connection corrupts binary bodies.
 */
export interface Store {
  readonly database: string;
  /** The directory of the embedded engine; undefined for a server. */
  readonly directory: string | undefined;
  query<Row extends object>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<Row[]>;
  command(sql: string, params?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Rows as objects with the columns' names. For small inserts. */
  insertRows(table: string, rows: readonly object[]): Promise<void>;
  /** An Arrow IPC file with columns named as the table's. */
  insertArrow(table: string, arrow: ArrowFile): Promise<void>;
  /** Writes the result of a SELECT as an uncompressed Arrow IPC file. */
  exportArrow(select: string, params: Readonly<Record<string, unknown>>, path: string): Promise<void>;
  /** The underlying client, for adapters that read files through the same engine. */
  readonly client: ClickHouseClient;
  close(): Promise<void>;
}

export interface ArrowFile {
  readonly columns: readonly string[];
  readonly bytes: Uint8Array;
}

/**
 * Passed with every statement: settings stick to the embedded session, so one left over from another call would apply to the
 * next. `async_insert` on would return before rows are there; unquoted 64-bit integers lose digits in JSON. No two rows of one
 * insert have one key, so looking for such rows at the insert (`optimize_on_insert`) would cost a fifth of it for nothing.
 */
const baseSettings: ClickHouseSettings = {
  async_insert: 0,
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 1,
  date_time_input_format: 'best_effort',
  output_format_arrow_low_cardinality_as_dictionary: 1,
  output_format_arrow_string_as_string: 1,
  output_format_arrow_compression_method: 'none',
  output_format_arrow_use_64_bit_indexes_for_dictionary: 0,
  output_format_arrow_use_signed_indexes_for_dictionary: 1,
  engine_file_truncate_on_insert: 1,
  max_partitions_per_insert_block: '0',
  optimize_on_insert: 0,
};

/** What goes wrong is translated and reported once, by whoever called. */
const log = { level: ClickHouseLogLevel.OFF };

export interface StoreOptions {
  /** `embedded:DIR` or `http(s)://user:password@host:port`. */
  readonly url: string;
  readonly database: string;
  /** Where a relative embedded directory starts. */
  readonly workingDirectory: string;
  /** Refuse every statement that writes; a database or a directory that is not there is an error. Default false. */
  readonly readOnly?: boolean;
}

export async function openStore(options: StoreOptions): Promise<Store> {
  const directory = embeddedDirectory(options);
  const readOnly = options.readOnly === true;
  if (readOnly && directory !== undefined && !existsSync(join(directory, 'engine'))) throw noStore(directory);
  const client = directory === undefined ? remoteClient(options.url) : embeddedClient(directory);
  const place = directory ?? withoutPassword(options.url);
  const store = createStore(client, { database: options.database, directory, place, readOnly });
  try {
    if (readOnly) {
      await store.query('SELECT 1');
      return readOnlyStore(store);
    }
    await store.command(`CREATE DATABASE IF NOT EXISTS \`${options.database}\``);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

function noStore(directory: string): TidemarkError {
  return new TidemarkError(ErrorCode.STORE_DIRECTORY, 'there is no store', {
    place: directory,
    cure: 'Check store.url and the working directory, or run the pipeline first',
  });
}

function embeddedDirectory({ url, workingDirectory }: StoreOptions): string | undefined {
  return url.startsWith('embedded:') ? resolve(workingDirectory, url.slice('embedded:'.length)) : undefined;
}

function remoteClient(url: string): ClickHouseClient {
  if (!/^https?:\/\//.test(url)) {
    throw urlInvalid("the store's url is neither embedded:DIR nor http(s)://...", url);
  }
  try {
    return createClient({ url, request_timeout: 120_000, compression: { request: false, response: true }, log });
  } catch (cause) {
    // The client says what of it, such as an unknown key after the ?.
    throw urlInvalid(`the store's url cannot be used: ${messageOf(cause).split('\n')[0]}`, url, cause);
  }
}

function urlInvalid(reason: string, url: string, cause?: unknown): TidemarkError {
  return new TidemarkError(ErrorCode.CONFIG_INVALID, reason, {
    place: withoutPassword(url),
    cure: 'Write store.url as embedded:./.tidemark or http://user:password@host:8123',
    cause,
  });
}

/** Errors go to logs and screens; passwords do not. */
function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}

function embeddedClient(directory: string): ClickHouseClient {
  try {
    mkdirSync(join(directory, 'spool'), { recursive: true });
    return createClient({
      connection: createChdbConnection({ path: join(directory, 'engine') }),
      log,
    } as unknown as Parameters<typeof createClient>[0]);
  } catch (error) {
    throw directoryUnusable(error, directory);
  }
}

interface StorePlace {
  readonly database: string;
  readonly directory: string | undefined;
  /** For errors. */
  readonly place: string;
  readonly readOnly: boolean;
}

function createStore(client: ClickHouseClient, { database, directory, place, readOnly }: StorePlace): Store {
  let spooled = 0;
  // A server refuses what writes by itself. In the embedded engine the setting would stay with the session, and an export is an
  // insert into a file there.
  const settings = readOnly && directory === undefined ? { ...baseSettings, readonly: '2' as const } : baseSettings;
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw translateStoreError(error, place);
    }
  };
  const command: Store['command'] = (sql, params) =>
    guarded(async () => {
      await client.command({
        query: sql,
        ...(params === undefined ? {} : { query_params: { ...params } }),
        clickhouse_settings: settings,
      });
    });
  return {
    database,
    directory,
    client,
    command,
    query: <Row extends object>(sql: string, params?: Readonly<Record<string, unknown>>) =>
      guarded(async () => {
        const result = await client.query({
          query: sql,
          format: 'JSONEachRow',
          ...(params === undefined ? {} : { query_params: { ...params } }),
          clickhouse_settings: settings,
        });
        return (await result.json()) as Row[];
      }),
    insertRows: (table, rows) =>
      guarded(async () => {
        if (rows.length === 0) return;
        await client.insert({
          table: `${database}.${table}`,
          values: [...rows],
          format: 'JSONEachRow',
          clickhouse_settings: settings,
        });
      }),
    insertArrow: (table, arrow) =>
      guarded(async () => {
        const names = arrow.columns.map((name) => `\`${name}\``).join(', ');
        if (directory === undefined) {
          const result = await client.exec({
            query: `INSERT INTO \`${database}\`.\`${table}\` (${names}) FORMAT Arrow`,
            values: Readable.from([Buffer.from(arrow.bytes.buffer, arrow.bytes.byteOffset, arrow.bytes.byteLength)]),
            clickhouse_settings: settings,
          });
          for await (const _ of result.stream);
          return;
        }
        const file = join(directory, 'spool', `${process.pid}-${spooled++}.arrow`);
        try {
          await writeFile(file, arrow.bytes);
          await client.command({
            query: `INSERT INTO \`${database}\`.\`${table}\` (${names}) SELECT ${names} FROM file(${quote(file)}, 'Arrow')`,
            clickhouse_settings: settings,
          });
        } finally {
          await rm(file, { force: true });
        }
      }),
    exportArrow: (select, params, path) =>
      guarded(async () => {
        if (directory !== undefined) {
          await command(`INSERT INTO FUNCTION file(${quote(path)}, 'Arrow') ${select}`, params);
          return;
        }
        const result = await client.exec({
          query: `${select} FORMAT Arrow`,
          query_params: { ...params },
          clickhouse_settings: settings,
        });
        await writeFile(path, result.stream);
      }),
    close: async () => {
      await client.close();
      if (directory !== undefined) await chdb.drainPending();
    },
  };
}
