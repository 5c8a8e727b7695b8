import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { valueAt } from '../../common/columns.ts';
import { TidemarkError } from '../../common/error.ts';
import { columnOf, type Frame } from '../../common/feature.ts';
import { readFrame } from '../../store/read-file.ts';
import { openScratchEngine, type ScratchEngine } from '../../store/scratch-engine.ts';

const flights = fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url));
let directory: string;
let engine: ScratchEngine;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-test-'));
  engine = openScratchEngine();
});
afterAll(async () => {
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

function write(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function read(path: string, limitRows?: number): Promise<Frame> {
  return readFrame(path, { client: engine.client, ...(limitRows === undefined ? {} : { limitRows }) });
}

/** A frame as rows of plain values, null where absent. */
function rowsOf(frame: Frame): ReturnType<typeof valueAt>[][] {
  return Array.from({ length: frame.rows }, (_, row) => frame.columns.map((column) => valueAt(column, row)));
}

describe('readFrame', () => {
  it('reads the 3,000,000 flights in their order', async () => {
    const frame = await read(flights);
    expect(frame.rows).toBe(3_000_000);
    expect(frame.fields).toEqual([
      { name: 'date', type: 'timestamp' },
      { name: 'delay', type: 'integer' },
      { name: 'distance', type: 'integer' },
      { name: 'origin', type: 'string' },
      { name: 'destination', type: 'string' },
    ]);
    const date = columnOf(frame, 'date');
    const origin = columnOf(frame, 'origin');
    if (date?.kind !== 'number' || origin?.kind !== 'text') throw new Error('kinds');
    let descents = 0;
    for (let row = 1; row < frame.rows; row++)
      if ((date.values[row] as number) < (date.values[row - 1] as number)) descents++;
    expect(descents).toBe(0);
    expect(origin.dictionary.values).toHaveLength(229);
  });

  it('reads every type of a CSV, empty fields as absent, NaN as present', async () => {
    const path = write(
      'types.csv',
      'int,text,day,flag,real,at\n1,x,2020-01-01,true,1.5,2020-01-01T00:00:01Z\n2,"y, ""z""",2020-01-02,false,NaN,2020-01-01T01:00:00+01:00\n,,,,,\n',
    );
    const frame = await read(path);
    expect(frame.fields.map(({ type }) => type)).toEqual([
      'integer',
      'string',
      'timestamp',
      'boolean',
      'number',
      'timestamp',
    ]);
    expect(rowsOf(frame)).toEqual([
      [1, 'x', Date.UTC(2020, 0, 1), 1, 1.5, Date.UTC(2020, 0, 1, 0, 0, 1)],
      [2, 'y, "z"', Date.UTC(2020, 0, 2), 0, Number.NaN, Date.UTC(2020, 0, 1)],
      [null, null, null, null, null, null],
    ]);
  });

  it('reads NDJSON with mixed types, nesting, lists and keys that come late', async () => {
    const lines = [
      '{"a":1,"b":"x","list":[1,2],"nested":{"k":1},"flag":true}',
      '{"a":"foo","b":null,"list":[],"nested":{"k":"q"},"flag":false}',
      '{"a":2.5,"b":"ü","list":[3],"nested":{"k":2},"late":7}',
    ];
    const frame = await read(write('mixed.ndjson', `${lines.join('\n')}\n`));
    expect(frame.fields.map(({ name }) => name)).toEqual(['a', 'b', 'list', 'nested', 'flag', 'late']);
    expect(rowsOf(frame)).toEqual([
      ['1', 'x', '[1,2]', '{"k":1}', 1, null],
      ['foo', null, '[]', '{"k":"q"}', 0, null],
      ['2.5', 'ü', '[3]', '{"k":2}', null, 7],
    ]);
  });

  it('finds out about types that only show further down', async () => {
    const rows = Array.from({ length: 40_000 }, (_, row) => (row < 39_999 ? `${row},2020-01-01` : 'n/a,unknown'));
    const csv = await read(write('late.csv', `n,day\n${rows.join('\n')}\n`));
    expect(csv.fields.map(({ type }) => type)).toEqual(['string', 'string']);
    expect(rowsOf(csv).at(-1)).toEqual(['n/a', 'unknown']);
    const lines = Array.from({ length: 40_000 }, (_, row) => (row < 39_999 ? `{"n":${row}}` : '{"n":1.5,"late":"x"}'));
    const json = await read(write('late.jsonl', lines.join('\n')));
    expect(json.fields.map(({ name }) => name)).toEqual(['n', 'late']);
    expect(rowsOf(json).at(-1)).toEqual([1.5, 'x']);
  });

  it('reads Arrow, TSV, compressed files, names with odd characters, the first rows only', async () => {
    const arrow = join(directory, 'columns.arrow');
    await engine.client.command({
      query: `INSERT INTO FUNCTION file('${arrow}', 'Arrow') SELECT number AS n, toDecimal64(number, 2) / 4 AS d, toString(number % 2) AS s, [number] AS l FROM numbers(3)`,
    });
    const fromArrow = await read(arrow);
    expect(fromArrow.fields.map(({ type }) => type)).toEqual(['integer', 'number', 'string', 'string']);
    expect(rowsOf(fromArrow)[2]).toEqual([2, 0.5, '0', '[2]']);
    expect(rowsOf(await read(write('a.tsv', 'a\tb\n1\tx\n')))).toEqual([[1, 'x']]);
    const odd = write("it's {a} *.csv.gz", gzipSync('`a` "b",c\n1,2\n3,4\n'));
    const compressed = await read(odd, 1);
    expect(compressed.fields.map(({ name }) => name)).toEqual(['`a` "b"', 'c']);
    expect(rowsOf(compressed)).toEqual([[1, 2]]);
  });

  it('reads columns of many distinct texts and columns without a value', async () => {
    const path = join(directory, 'ids.parquet');
    await engine.client.command({
      query: `INSERT INTO FUNCTION file('${path}', 'Parquet') SELECT concat('id-', toString(number)) AS id, CAST(NULL AS Nullable(String)) AS none, if(number % 2 = 0, NULL, toString(number % 3)) AS half FROM numbers(300000)`,
    });
    const frame = await read(path);
    const id = columnOf(frame, 'id');
    expect(id?.kind === 'text' ? id.dictionary.values.length : 0).toBe(300_000);
    expect(rowsOf(frame).slice(0, 2)).toEqual([
      ['id-0', null, null],
      ['id-1', null, '1'],
    ]);
    expect(rowsOf(frame).at(-1)).toEqual(['id-299999', null, '2']);
  });

  it.each<[string, () => string, string, RegExp]>([
    ['a missing file', () => join(directory, 'none.csv'), 'FILE_UNREADABLE', /no such file/],
    [
      'a directory',
      () => {
        const path = join(directory, 'd.csv');
        mkdirSync(path);
        return path;
      },
      'FILE_UNREADABLE',
      /directory/,
    ],
    ['an empty file', () => write('empty.parquet', ''), 'FILE_MALFORMED', /empty \(0 bytes\)/],
    ['a header without rows', () => write('header.csv', 'a,b\n'), 'FILE_MALFORMED', /rows/],
    ['an unknown ending', () => write('data.xlsx', 'x'), 'FILE_MALFORMED', /ending/],
    [
      'text in a Parquet file',
      () => write('text.parquet', 'a,b\n1,2\n3,4\n'),
      'FILE_MALFORMED',
      /does not begin with PAR1/,
    ],
    [
      'a CSV that is binary',
      () => write('binary.csv', Buffer.from([80, 75, 3, 4, 0, 255, 10, 0])),
      'FILE_MALFORMED',
      /binary/,
    ],
    ['NDJSON with half a line', () => write('half.ndjson', '{"a":1}\n{"a":'), 'FILE_MALFORMED', /JSONEachRow/],
    ['Arrow cut off', () => write('cut.arrow', 'ARROW1\0\0 and then nothing'), 'FILE_MALFORMED', /cut off/],
    [
      'Parquet cut in half',
      () => {
        const path = join(directory, 'cut.parquet');
        copyFileSync(flights, path);
        truncateSync(path, 1_000_000);
        return path;
      },
      'FILE_MALFORMED',
      /cut off/,
    ],
  ])('refuses %s with place, reason and cure', async (_, make, code, reason) => {
    const path = make();
    const error = await read(path).catch((thrown: unknown) => thrown);
    if (!(error instanceof TidemarkError)) throw new Error(`expected a TidemarkError, got ${String(error)}`);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(reason);
    expect(error.place).toBe(path);
    expect(error.cure).toMatch(/\w/);
  });

  it('leaves no setting behind in the session of a client handed in', async () => {
    await read(write('again.ndjson', '{"a":1}\n'));
    const answer = await engine.client.query({
      query:
        "SELECT name FROM system.settings WHERE changed AND name IN ('date_time_input_format', 'session_timezone', 'input_format_skip_unknown_fields', 'engine_file_truncate_on_insert')",
      format: 'JSONEachRow',
    });
    expect(await answer.json()).toEqual([]);
  });
});
