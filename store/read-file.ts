import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { tableFromIPC } from 'apache-arrow';
import type { Column } from '../common/columns.ts';
import { messageOf, TidemarkError } from '../common/error.ts';
import { dimensionMax, type FeatureType, type Frame } from '../common/feature.ts';
import { absentTexts, distinctTextsMax, numbersOf, textsOf, vectorsOf } from './arrow-columns.ts';
import { type FileFormat, malformed, recognizeFile } from './file-format.ts';
import { openScratchEngine } from './scratch-engine.ts';

export interface ReadFrameOptions {
  /** Read only the first rows of the file, and not much beyond them. */
  readonly limitRows?: number;
  /**
   * A client of the embedded engine. Without one, an engine is opened for the call and closed after it, which fails in a
   * process that has another data directory open: hand that one's client in.
   */
  readonly client?: ClickHouseClient;
}

/** Rows at the beginning of a file by which a text column is held to have few or many distinct values. */
const sampleRows = 100_000;
const fewDistinct = 5_000;

const readSettings = {
  date_time_input_format: 'best_effort',
  session_timezone: 'UTC',
  input_format_try_infer_datetimes: 1,
  // 5.2e-05 is a number: without this one such value makes a column of numbers text.
  input_format_try_infer_exponent_floats: 1,
  input_format_parquet_preserve_order: 1,
  input_format_json_infer_incomplete_types_as_strings: 1,
  input_format_json_try_infer_named_tuples_from_objects: 0,
  input_format_json_read_objects_as_strings: 1,
  // A key that first appears below the inferred part must not be dropped silently: it fails and the file is inferred whole.
  input_format_skip_unknown_fields: 0,
} as const;
const inferWhole = {
  input_format_max_rows_to_read_for_schema_inference: 1_000_000_000,
  input_format_max_bytes_to_read_for_schema_inference: 1_000_000_000_000,
} as const;
export const writeSettings = {
  output_format_arrow_low_cardinality_as_dictionary: 1,
  output_format_arrow_string_as_string: 1,
  output_format_arrow_compression_method: 'none',
  engine_file_truncate_on_insert: 1,
} as const;

export interface FileColumn {
  readonly name: string;
  readonly type: FeatureType;
  readonly expression: string;
  /** Of a vector. */
  readonly dimension?: number;
  /** The column is a list of numbers, which are vectors where all are of one length. */
  readonly list?: string;
}

let opening: Promise<unknown> = Promise.resolve();

/**
 * Reads a file into columns, in the order of the file: Parquet, CSV and TSV with a header, NDJSON (.ndjson, .jsonl), Arrow
 * (.arrow, .feather; streams .arrows), by ending, optionally compressed (.gz, .zst).
 *
 * Integers, floats and decimals become numbers (integers beyond 2^53 lose digits), dates and times milliseconds since 1970
 * in UTC, maps and JSON objects their JSON text. Lists of numbers that all have one length, or none, become vectors of 32-bit
 * floats (a null within is NaN), other lists their JSON text. An empty field of a CSV is absent. NaN is present. A column of
 * mixed types is read as text.
 * @throws TidemarkError FILE_UNREADABLE, FILE_MALFORMED
 */
export async function readFrame(path: string, options: ReadFrameOptions = {}): Promise<Frame> {
  const format = recognizeFile(path);
  if (options.client !== undefined) return read(options.client, path, format, options.limitRows);
  // One data directory a process: readers without a client of their own take turns.
  const turn = opening.then(async () => {
    const engine = openScratchEngine();
    try {
      return await read(engine.client, path, format, options.limitRows);
    } finally {
      await engine.close();
    }
  });
  opening = turn.catch(() => undefined);
  return turn;
}

async function read(
  client: ClickHouseClient,
  path: string,
  format: FileFormat,
  limitRows: number | undefined,
): Promise<Frame> {
  return withFileSource(path, format, async ({ source, directory, settings }) => {
    const output = join(directory, 'columns.arrow');
    const inOrder = { ...settings, ...orderSettings(limitRows) };
    return readColumns({ client, source, output, limitRows, path, settings: inOrder });
  });
}

export interface FileSource {
  /** The file as a table function of the engine. */
  readonly source: string;
  /** For files on the way; gone after the work. */
  readonly directory: string;
  readonly settings: Readonly<Record<string, string | number>>;
}

/**
 * Lets the engine work on a file: with types inferred from its first rows, and where they misled it, from all of them.
 * @throws TidemarkError FILE_MALFORMED
 */
export async function withFileSource<T>(
  path: string,
  format: FileFormat,
  work: (file: FileSource) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'tidemark-read-'));
  try {
    // A link with a plain name: the engine takes *, ? and {} in a path for patterns.
    const link = join(directory, `input${format.compression}`);
    symlinkSync(resolve(path), link);
    const source = `file('${link}', '${format.engineFormat}')`;
    const attempt = (inference: typeof inferWhole | Record<string, never>) =>
      work({ source, directory, settings: { ...readSettings, ...inference } });
    try {
      return await attempt({});
    } catch (cause) {
      if (!format.textual || cause instanceof TidemarkError) throw cause;
      // The first rows misled the inference of types: look at all of them.
      return await attempt(inferWhole);
    }
  } catch (cause) {
    if (cause instanceof TidemarkError) throw cause;
    if (messageOf(cause).includes('Cannot read rows from the data'))
      throw malformed(path, 'has no rows below its header', 'Check the job that wrote it.', cause);
    const [, twice] = /Duplicate column name.*?"(.*?)"/.exec(messageOf(cause)) ?? [];
    if (twice !== undefined)
      throw malformed(path, `the column "${twice}" stands twice`, 'Give each column a name of its own.', cause);
    throw malformed(path, `cannot be read as ${format.engineFormat}: ${firstLine(cause)}`, cureOf(format), cause);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Several threads hand blocks on as they finish them, so that rows come in another order each time, and a limit takes others
 * than the first. Parsing in parallel keeps the order, but runs ahead of a limit.
 */
function orderSettings(limitRows: number | undefined): Readonly<Record<string, number>> {
  const parsing = limitRows === undefined ? availableParallelism() : 1;
  return { max_threads: 1, max_insert_threads: 1, max_parsing_threads: parsing };
}

interface ReadColumns {
  readonly client: ClickHouseClient;
  readonly source: string;
  readonly output: string;
  readonly limitRows: number | undefined;
  readonly path: string;
  readonly settings: Readonly<Record<string, string | number>>;
}

async function readColumns(job: ReadColumns): Promise<Frame> {
  const { client, output, source, settings } = job;
  const columns = await withVectors(job, await describeFile(client, { source, settings }));
  const many = await columnsOfManyTexts(job, columns);
  const select = columns.map((column, at) => {
    const expression =
      column.type === 'string' && !many.has(at) ? `toLowCardinality(${column.expression})` : column.expression;
    return `${expression} AS _${at}`;
  });
  await client.command({
    query: `INSERT INTO FUNCTION file('${output}', 'Arrow') SELECT ${select.join(', ')} FROM ${source}${limitOf(job)} ${inQuery({ ...settings, ...writeSettings })}`,
  });
  return frameOf(job.path, columns, output);
}

/** The columns of a file, and how each is read. */
export async function describeFile(
  client: ClickHouseClient,
  { source, settings }: Pick<FileSource, 'source' | 'settings'>,
): Promise<FileColumn[]> {
  const described = await client.query({
    query: `DESCRIBE TABLE ${source} ${inQuery(settings)}`,
    format: 'JSONEachRow',
  });
  return (await described.json<{ name: string; type: string }>()).map(fileColumn);
}

export function frameOf(path: string, columns: readonly FileColumn[], output: string): Frame {
  const bytes = readFileSync(output);
  // An Arrow file of no rows with dictionaries has none to read.
  const table = tableFromIPC(bytes);
  const rows = table.numRows;
  return {
    rows,
    fields: columns.map(({ name, type, dimension }) => ({
      name,
      type,
      ...(dimension === undefined ? {} : { dimension }),
    })),
    columns: columns.map((column, at): Column => {
      if (rows === 0 && column.type === 'string') return absentTexts(0);
      if (column.dimension !== undefined) return vectorsOf(table, `_${at}`, column.dimension);
      if (column.type !== 'string') return numbersOf(table, `_${at}`);
      const texts = textsOf(table, `_${at}`);
      if (texts !== undefined) return texts;
      throw malformed(
        path,
        `column ${column.name} has more than ${distinctTextsMax} distinct texts`,
        'Leave the column out, or read fewer rows.',
      );
    }),
  };
}

/** Lists of numbers that all have one length, or none, are vectors. Looks at all of them, so that a stray one is not lost. */
async function withVectors(job: ReadColumns, columns: readonly FileColumn[]): Promise<readonly FileColumn[]> {
  const lists = columns.flatMap(({ list }, at) => (list === undefined ? [] : [{ list, at }]));
  if (lists.length === 0) return columns;
  const lengths = lists.map(({ list, at }) => `length(${list}) AS _${at}`);
  const limits = lists.map(
    ({ at }) => `toFloat64(minIf(_${at}, _${at} > 0)) AS least_${at}, toFloat64(max(_${at})) AS most_${at}`,
  );
  const answer = await job.client.query({
    query: `SELECT ${limits.join(', ')} FROM (SELECT ${lengths.join(', ')} FROM ${job.source}${limitOf(job)}) ${inQuery({ ...job.settings, input_format_skip_unknown_fields: 1 })}`,
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<Record<string, number>>();
  return columns.map((column, at): FileColumn => {
    const [least, most] = [row?.[`least_${at}`] ?? 0, row?.[`most_${at}`] ?? 0];
    if (column.list === undefined || least !== most || most < 2 || most > dimensionMax) return column;
    // A null within a list would be lost as 0.
    const expression = `arrayMap(x -> ifNull(toFloat32(x), nan), ${column.list})`;
    return { name: column.name, type: 'vector', dimension: most, expression };
  });
}

function limitOf({ limitRows }: ReadColumns): string {
  return limitRows === undefined ? '' : ` LIMIT ${Math.max(0, Math.floor(limitRows))}`;
}

/** A dictionary of millions of texts takes the engine seconds to write; such columns come as plain texts. */
export async function columnsOfManyTexts(
  job: Pick<ReadColumns, 'client' | 'source' | 'settings'>,
  columns: readonly FileColumn[],
): Promise<ReadonlySet<number>> {
  const texts = columns.flatMap((column, at) => (column.type === 'string' ? [{ ...column, at }] : []));
  if (texts.length === 0) return new Set();
  const counts = texts.map(({ at }) => `toFloat64(uniqCombined(12)(_${at})) AS _${at}`);
  const select = texts.map(({ expression, at }) => `${expression} AS _${at}`);
  const answer = await job.client.query({
    // Only the texts are asked for here, so the other keys are unknown to this query.
    query: `SELECT ${counts.join(', ')} FROM (SELECT ${select.join(', ')} FROM ${job.source} LIMIT ${sampleRows}) ${inQuery({ ...job.settings, input_format_skip_unknown_fields: 1 })}`,
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<Record<string, number>>();
  return new Set(texts.filter(({ at }) => (row?.[`_${at}`] ?? 0) > fewDistinct).map(({ at }) => at));
}

function fileColumn({ name, type }: { readonly name: string; readonly type: string }): FileColumn {
  const column = `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
  const bare = type.replace(/^LowCardinality\((.*)\)$/s, '$1').replace(/^Nullable\((.*)\)$/s, '$1');
  if (/^U?Int\d+$/.test(bare)) return { name, type: 'integer', expression: `toFloat64(${column})` };
  if (/^(Float|BFloat|Decimal)/.test(bare)) return { name, type: 'number', expression: `toFloat64(${column})` };
  if (bare === 'Bool') return { name, type: 'boolean', expression: `toFloat64(${column})` };
  if (/^Date(32|Time|Time64)?(\(|$)/.test(bare))
    return {
      name,
      type: 'timestamp',
      expression: `toFloat64(toUnixTimestamp64Milli(toDateTime64(${column}, 3, 'UTC')))`,
    };
  if (bare === 'Nothing') return { name, type: 'string', expression: `CAST(${column} AS Nullable(String))` };
  if (/^Array\((Nullable\()?(U?Int(8|16|32|64)|BFloat16|Float32|Float64)\)+$/.test(bare))
    return { name, type: 'string', expression: `toJSONString(${column})`, list: column };
  if (/^(Array|Map|Tuple|Nested|JSON|Variant|Dynamic|Object)/.test(bare))
    return { name, type: 'string', expression: `toJSONString(${column})` };
  return { name, type: 'string', expression: `toString(${column})` };
}

/** Settings of one query. Those passed beside it stay with the embedded engine's session and change the next query. */
export function inQuery(settings: Readonly<Record<string, string | number>>): string {
  const assignments = Object.entries(settings).map(
    ([name, value]) => `${name} = ${typeof value === 'number' ? value : `'${value}'`}`,
  );
  return `SETTINGS ${assignments.join(', ')}`;
}

function firstLine(cause: unknown): string {
  const line = messageOf(cause).split('\n')[0] ?? '';
  return line
    .replace(/\s*\(in file\/uri .*$/, '')
    .replace(/[.:]\s*$/, '')
    .slice(0, 300);
}

function cureOf(format: FileFormat): string {
  if (format.textual) return 'Check that it has a header and rows, one form throughout, and UTF-8 text.';
  return 'Write it again; an ordinary reader of its format will say the same.';
}
