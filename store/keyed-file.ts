import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { ErrorCode, TidemarkError } from '../common/error.ts';
import type { FeatureField, FeatureType, Frame } from '../common/feature.ts';
import { suggestion } from '../common/nearest.ts';
import { recognizeFile } from './file-format.ts';
import {
  columnsOfManyTexts,
  describeFile,
  type FileColumn,
  frameOf,
  inQuery,
  withFileSource,
  writeSettings,
} from './read-file.ts';

/** A file laid down in the engine by the hash of its keys, so that two of them are joined piece by piece. */
export interface KeyedFile {
  readonly path: string;
  /** Rows of the file, and those of them that have no key (one of its columns is absent, or an empty text). */
  readonly rows: number;
  readonly withoutKey: number;
  /** Without the key's columns. */
  readonly fields: readonly FeatureField[];
  /** Some keys, for errors. */
  readonly someKeys: readonly string[];
  /**
   * The rows whose key's hash lies in the `part`-th of `parts` equal ranges; rows of one key in the order of the file, keys in that
   * of their hash, which is random. The last column is the key as text: whole numbers in digits, times in ms since 1970, several
   * columns with a unit separator (U+001F) between them.
   */
  read(part: number, parts: number): Promise<Frame>;
}

export interface KeyedFileOptions {
  readonly client: ClickHouseClient;
  /** The table to make. */
  readonly table: string;
  readonly key: readonly string[];
  /** Types that the file itself does not say, by column: of times that are held as ms, for instance. */
  readonly types?: ReadonlyMap<string, FeatureType>;
}

/**
 * Loads a file into a table of a scratch engine. Needs about the size of the file on disk, and memory for a few blocks of rows.
 * @throws TidemarkError FILE_UNREADABLE, FILE_MALFORMED, NOT_FOUND for a key that the file does not have
 */
export async function loadKeyedFile(path: string, options: KeyedFileOptions): Promise<KeyedFile> {
  const { client, table, key } = options;
  const format = recognizeFile(path);
  const columns = await withFileSource(path, format, async ({ source, settings }) => {
    const found = await describeFile(client, { source, settings });
    checkKey(path, key, found);
    const many = await columnsOfManyTexts({ client, source, settings }, found);
    const select = found.map(
      (column, at) =>
        `${column.type === 'string' && !many.has(at) ? `toLowCardinality(${column.expression})` : column.expression} AS _${at}`,
    );
    const keys = key.map((name) => `ifNull(${keyText(found.find((column) => column.name === name))}, '')`);
    const missing = key.map((_, at) => `_key${at} = ''`).join(' OR ');
    const parts = keys.map((expression, at) => `${expression} AS _key${at}`);
    const whole = key.map((_, at) => `_key${at}`).join(`, '\\x1f', `);
    await client.command({ query: `DROP TABLE IF EXISTS ${table}` });
    // One thread keeps the order of the file, which says which of several rows of one key is the first.
    await client.command({
      query: `CREATE TABLE ${table} ENGINE = MergeTree ORDER BY (_hash, _row) SETTINGS allow_nullable_key = 1 AS
        SELECT ${found.map((_, at) => `_${at}`).join(', ')}, if(${missing}, '', ${key.length === 1 ? '_key0' : `concat(${whole})`}) AS _key,
          cityHash64(_key) AS _hash, rowNumberInAllBlocks() AS _row
        FROM (SELECT ${[...select, ...parts].join(', ')} FROM ${source})
        ${inQuery({ ...settings, max_threads: 1, max_insert_threads: 1, max_parsing_threads: 1 })}`,
    });
    return found;
  });
  return keyedFile(path, options, columns);
}

async function keyedFile(
  path: string,
  { client, table, key, types }: KeyedFileOptions,
  columns: readonly FileColumn[],
): Promise<KeyedFile> {
  const one = async <Row>(query: string): Promise<Row[]> =>
    (await client.query({ query, format: 'JSONEachRow' })).json<Row>();
  const [counts] = await one<{ rows: number; empty: number }>(
    `SELECT toFloat64(count()) AS rows, toFloat64(countIf(_key = '')) AS empty FROM ${table}`,
  );
  const some = await one<{ _key: string }>(`SELECT _key FROM ${table} WHERE _key != '' LIMIT 3`);
  const features = columns.flatMap((column, at) => (key.includes(column.name) ? [] : [{ column, name: `_${at}` }]));
  return {
    path,
    rows: counts?.rows ?? 0,
    withoutKey: counts?.empty ?? 0,
    fields: features.map(({ column: { name, type } }) => ({ name, type: types?.get(name) ?? type })),
    someKeys: some.map(({ _key }) => shownKey(_key)),
    async read(part, parts) {
      const directory = mkdtempSync(join(tmpdir(), 'tidemark-read-'));
      try {
        const output = join(directory, 'part.arrow');
        const select = features.map(({ name }, at) => `${name} AS __${at}`);
        const names = [...features.map((_, at) => `__${at} AS _${at}`), `_key AS _${features.length}`];
        await client.command({
          query: `INSERT INTO FUNCTION file('${output}', 'Arrow') SELECT ${names.join(', ')} FROM (
            SELECT ${[...select, '_key'].join(', ')} FROM ${table} WHERE ${range(part, parts)} AND _key != '' ORDER BY _hash, _row)
            ${inQuery({ ...writeSettings, max_threads: 1 })}`,
        });
        const read: FileColumn[] = features.map(({ column }) => column);
        return frameOf(path, [...read, { name: '@key', type: 'string', expression: '' }], output);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
  };
}

/** Equal ranges of 64 bits, the last one up to the end. */
function range(part: number, parts: number): string {
  const width = 2n ** 64n / BigInt(parts);
  const from = `_hash >= ${BigInt(part) * width}`;
  return part === parts - 1 ? from : `${from} AND _hash < ${BigInt(part + 1) * width}`;
}

function checkKey(path: string, key: readonly string[], columns: readonly FileColumn[]): void {
  for (const name of key) {
    if (columns.some((column) => column.name === name)) continue;
    const names = columns.map((column) => column.name);
    throw new TidemarkError(ErrorCode.NOT_FOUND, `the file has no column ${name}${suggestion(name, names)}`, {
      place: path,
      cure: `Name the columns that identify an event with --key. It has: ${names.join(', ')}.`,
    });
  }
}

/** Exact, where the double of the column would lose digits. */
function keyText(column: FileColumn | undefined): string {
  if (column === undefined) throw new Error('a key that was checked');
  if (column.type === 'string') return column.expression;
  const [, bare = ''] = /^toFloat64\((.*)\)$/s.exec(column.expression) ?? [];
  return column.type === 'timestamp' ? `toString(${column.expression})` : `toString(${bare})`;
}

export function shownKey(key: string): string {
  return key.replaceAll('\u001f', ' / ');
}
